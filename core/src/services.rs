//! What a VMM offers to handlers that do not know its type.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::any::{Any, TypeId, type_name};

/// A service a link-time handler needs and the VMM did not offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the service `{service}` is missing")]
pub struct MissingService {
    /// The service trait, with its path.
    pub service: &'static str,
}

/// The services of a VM, each an object behind a trait.
///
/// ```
/// use hypercall_core::services::Services;
/// use std::sync::Arc;
///
/// trait Lamp: Send + Sync { fn lit(&self) -> bool; }
/// struct Candle;
/// impl Lamp for Candle { fn lit(&self) -> bool { true } }
///
/// let services = Services::new().with::<dyn Lamp>(Arc::new(Candle));
/// assert!(services.get::<dyn Lamp>()?.lit());
/// # Ok::<(), hypercall_core::services::MissingService>(())
/// ```
#[derive(Default)]
pub struct Services {
    entries: Vec<(TypeId, Box<dyn Any + Send + Sync>)>,
}

impl Services {
    /// No services.
    pub fn new() -> Services {
        Services::default()
    }

    /// Adds a service, in place of an earlier one of the same trait.
    #[must_use]
    pub fn with<T: ?Sized + Send + Sync + 'static>(mut self, service: Arc<T>) -> Services {
        self.entries.retain(|(id, _)| *id != TypeId::of::<T>());
        self.entries.push((TypeId::of::<T>(), Box::new(service)));
        self
    }

    /// The service behind a trait.
    ///
    /// # Errors
    /// [`MissingService`], with the trait's name.
    pub fn get<T: ?Sized + Send + Sync + 'static>(&self) -> Result<Arc<T>, MissingService> {
        self.entries
            .iter()
            .find(|(id, _)| *id == TypeId::of::<T>())
            .and_then(|(_, service)| service.downcast_ref::<Arc<T>>())
            .cloned()
            .ok_or(MissingService { service: type_name::<T>() })
    }
}

impl core::fmt::Debug for Services {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Services({})", self.entries.len())
    }
}
