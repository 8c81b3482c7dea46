//! Filters that are always on: what a container needs from its node without saying so.

mod api_version;
mod avoided;
mod networks;
mod paused;
mod platform;
mod session;
mod settled;
mod together;
mod volumes;

pub use api_version::ApiVersionFilter;
pub use avoided::Avoided;
pub use networks::NetworksFilter;
pub use paused::Paused;
pub use platform::PlatformFilter;
pub use session::SessionFilter;
pub use settled::Settled;
pub use volumes::VolumesFilter;
