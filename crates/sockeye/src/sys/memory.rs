//! Memory that is free and still held.

/// Gives free memory back to the system, which the C library would keep for later.
///
/// It walks over all that is free: milliseconds after a flood, next to nothing otherwise.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[allow(unsafe_code, reason = "rustix has no wrapper for malloc_trim(3)")]
pub(crate) fn give_back() {
    unsafe extern "C" {
        fn malloc_trim(pad: usize) -> i32;
    }
    // SAFETY: malloc_trim(3) may be called from any thread at any time; it moves nothing.
    unsafe {
        malloc_trim(0);
    }
}

/// Does nothing: other C libraries give memory back by themselves.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub(crate) fn give_back() {}
