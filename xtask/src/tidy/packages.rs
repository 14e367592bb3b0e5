//! Every published package carries what its readers need: a README and both licences.

use super::Complaint;
use super::tree::Tree;

/// Complains of missing files beside a manifest below `crates/`, and at the root.
pub(super) fn check(tree: &Tree) -> Vec<Complaint> {
    let manifests = tree
        .files
        .iter()
        .filter_map(|file| file.path.strip_suffix("Cargo.toml"));
    let published = manifests.filter(|folder| folder.is_empty() || folder.starts_with("crates/"));
    let mut found = Vec::new();
    for folder in published {
        for name in REQUIRED
            .iter()
            .filter(|name| !tree.holds(&format!("{folder}{name}")))
        {
            let todo = format!("add {folder}{name} (licences are links to the root's)");
            let manifest = format!("{folder}Cargo.toml");
            found.push(Complaint::new(&manifest, 1, format!("no {name}"), todo));
        }
    }
    found
}

const REQUIRED: &[&str] = &["README.md", "LICENSE-MIT", "LICENSE-APACHE"];

#[cfg(test)]
mod tests {
    use super::super::tree::File;
    use super::*;

    #[test]
    fn a_package_without_a_licence_is_found() {
        let paths = [
            "crates/a/Cargo.toml",
            "crates/a/README.md",
            "crates/a/LICENSE-MIT",
        ];
        let file = |path: &&str| File {
            path: (*path).to_owned(),
            text: String::new(),
        };
        let mut tree = Tree {
            files: paths.iter().map(file).collect(),
        };
        let found = check(&tree);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].what, "no LICENSE-APACHE");
        tree.files.push(file(&"crates/a/LICENSE-APACHE"));
        assert_eq!(check(&tree), []);
    }
}
