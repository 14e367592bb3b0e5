//! How names are compared: a choice that is fixed at the first start on a data directory, because
//! names that were different would otherwise become the same.

use precis_profiles::UsernameCaseMapped;
use precis_profiles::precis_core::profile::Profile as _;
use sockeye_proto::irc::settings::CaseMapping as Folding;

use super::config::CaseMapping;
use crate::error::{Error, ErrorKind};
use crate::state::{LogError, Store};

/// Fixes `wanted` at the first start, or makes sure that it is what was fixed.
///
/// # Errors
/// When another one was fixed, or the store cannot be written.
pub(super) async fn hold(store: &Store, wanted: CaseMapping) -> Result<Folding, Error> {
    let found = fixed(store, wanted).await?;
    if found == wanted {
        return Ok(wanted.folding());
    }
    let name = found.name();
    let cause = format!("casemapping is \"{name}\" since the first start on this directory");
    Err(
        Error::new(ErrorKind::ConfigUsage, "open", store.dir().display(), cause)
            .with_hint(format!("write casemapping = \"{name}\" under [chat]")),
    )
}

/// Returns what was fixed at the first start; this is the first start where nothing was.
///
/// # Errors
/// When the store cannot be written, or is of a version with more case mappings.
pub(super) async fn fixed(store: &Store, wanted: CaseMapping) -> Result<CaseMapping, Error> {
    let unusable = |error| Error::new(ErrorKind::LocalWrite, "open", store.dir().display(), error);
    let name = store
        .fixed(META_KEY, wanted.name())
        .await
        .map_err(unusable)?;
    CaseMapping::from_name(&name).ok_or_else(|| {
        unusable(LogError::Unreadable(format!(
            "casemapping \"{name}\" is not in this version"
        )))
    })
}

impl CaseMapping {
    pub(super) fn folding(self) -> Folding {
        match self {
            Self::Ascii => Folding::Ascii,
            Self::Precis => Folding::Precis(precis),
        }
    }
}

/// Folds a name by PRECIS UsernameCaseMapped (RFC 8265 section 3.3), the same everywhere.
fn precis(name: &str) -> Option<String> {
    UsernameCaseMapped::new().enforce(name).ok().map(Into::into)
}

/// Under which name the store keeps it.
const META_KEY: &str = "casemapping";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn precis_folds_width_and_case_and_refuses_what_is_no_name() {
        assert_eq!(precis("Ünal").as_deref(), Some("ünal"));
        assert_eq!(precis("ａｌｉ").as_deref(), Some("ali"));
        assert_eq!(precis("a b"), None);
        assert_eq!(precis(""), None);
    }

    #[tokio::test]
    async fn the_first_start_decides() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path(), &Default::default()).unwrap();
        assert!(matches!(
            hold(&store, CaseMapping::Precis).await,
            Ok(Folding::Precis(_))
        ));
        let error = hold(&store, CaseMapping::Ascii).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConfigUsage);
        assert_eq!(
            error.hint(),
            Some("write casemapping = \"precis\" under [chat]")
        );
        assert_eq!(
            fixed(&store, CaseMapping::Ascii).await.unwrap(),
            CaseMapping::Precis
        );
    }
}
