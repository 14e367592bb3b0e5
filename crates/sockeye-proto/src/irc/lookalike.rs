//! Names that look alike: the skeletons of Unicode Technical Standard #39 section 4, "Confusable
//! Detection". Two names with a skeleton in common cannot be told apart by a reader.
//!
//! Case makes no difference to a name, but to what it looks like: `Ivy` looks like `lvy`, and `ivy`
//! does not. So a name has the skeletons of how it is written and of how it is compared. `m` is not
//! taken for `rn`, as the standard has it: too many words would keep each other out.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use unicode_security::confusable_detection::skeleton;

use super::settings::CaseMapping;

impl CaseMapping {
    /// Returns what a name looks like, in one or two ways; none if there can be no such name.
    pub fn looks(&self, name: &str) -> Vec<String> {
        let folded = self.fold(name);
        folded.map_or_else(Vec::new, |folded| looks(name, &folded))
    }
}

/// Returns what a name looks like, as it is written and as it is compared.
pub(crate) fn looks(name: &str, folded: &str) -> Vec<String> {
    let mut looks = Vec::from([look(name)]);
    let as_compared = look(folded);
    if !looks.contains(&as_compared) {
        looks.push(as_compared);
    }
    looks
}

fn look(name: &str) -> String {
    let mut look = String::with_capacity(name.len());
    for part in name.split_inclusive('m') {
        let (rest, m) = match part.strip_suffix('m') {
            Some(rest) => (rest, "m"),
            None => (part, ""),
        };
        look.extend(skeleton(rest).flat_map(char::to_lowercase));
        look.push_str(m);
    }
    look
}

/// What names look like, and whose they are.
///
/// Invariant: a look that is the name itself, as compared, is not in here: whoever looks for it finds
/// it among the names.
#[derive(Debug)]
pub(crate) struct Looks<Id>(BTreeMap<String, Id>);

impl<Id> Default for Looks<Id> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<Id: Copy + Eq> Looks<Id> {
    /// Notes what a name looks like. Of two that look alike, which were there before they could be
    /// told, the later one counts.
    pub(crate) fn insert(&mut self, name: &str, folded: &str, id: Id) {
        let looks = looks(name, folded).into_iter();
        let others = looks.filter(|look| look != folded);
        self.0.extend(others.map(|look| (look, id)));
    }

    /// Forgets what a name looks like.
    pub(crate) fn remove(&mut self, name: &str, folded: &str, id: Id) {
        for look in looks(name, folded) {
            if self.0.get(&look) == Some(&id) {
                self.0.remove(&look);
            }
        }
    }

    /// Returns who has another name with one of these looks.
    pub(crate) fn find(&self, looks: &[String]) -> Option<Id> {
        looks.iter().find_map(|look| self.0.get(look)).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alike(a: &str, b: &str) -> bool {
        let mapping = CaseMapping::Ascii;
        let looks = mapping.looks(b);
        mapping.looks(a).iter().any(|look| looks.contains(look))
    }

    #[test]
    fn what_looks_alike_has_a_skeleton_in_common() {
        for (a, b) in [
            ("bob", "BOB"),
            ("bob", "b0b"),
            ("lvy", "Ivy"),
            ("a1", "al"),
            ("#tea", "#t\u{435}a"),
            ("#paypal", "#\u{440}\u{430}ypal"),
            ("#bob", "#\u{412}\u{41e}\u{412}"),
            ("#\u{e9}", "#e\u{301}"),
        ] {
            assert!(alike(a, b), "{a} {b}");
        }
        for (a, b) in [
            ("bob", "bob1"),
            ("ivy", "lvy"),
            ("modern", "modem"),
            ("ann", "anna"),
            ("n1", "n2"),
            ("bob_", "bob"),
            ("#\u{fc}", "#u"),
        ] {
            assert!(!alike(a, b), "{a} {b}");
        }
    }

    #[test]
    fn looks_are_forgotten_by_whom_they_are() {
        let mut known = Looks::default();
        let looks = |name| CaseMapping::Ascii.looks(name);
        known.insert("b0b", "b0b", 1);
        assert_eq!(known.find(&looks("bob")), Some(1));
        known.remove("b0b", "b0b", 2);
        assert_eq!(known.find(&looks("bob")), Some(1));
        known.remove("b0b", "b0b", 1);
        assert_eq!(known.find(&looks("bob")), None);
        // It is found as a name.
        known.insert("BOB", "bob", 1);
        assert_eq!(known.find(&looks("bob")), None);
    }
}
