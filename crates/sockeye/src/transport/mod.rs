//! Transports: one file each; this is the one match over them.
