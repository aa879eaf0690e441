//! Resources that cannot run here: they get ids and attributes that look right, and nothing else happens.

use super::{Deletion, Made, Reason, Request, ResourceHandler, Workshop, shapes};

pub(super) struct Recorded;

impl ResourceHandler for Recorded {
    fn physical_id(&self, request: &Request<'_>) -> Result<String, Reason> {
        Ok(shapes::physical_id(request))
    }

    fn exists(&self, _: &mut Workshop, _: &str) -> Result<bool, Reason> {
        Ok(false)
    }

    fn create(&self, _: &mut Workshop, request: &Request<'_>, physical_id: &str) -> Result<Made, Reason> {
        Ok(Made {
            reference: shapes::reference(request, physical_id),
            attributes: shapes::attributes(request, physical_id),
            ..Made::default()
        })
    }

    fn delete(&self, _: &mut Workshop, _: &str, _: Deletion) -> Result<(), Reason> {
        Ok(())
    }

    fn recorded(&self) -> bool {
        true
    }
}
