//! Endpoints: address, options and layers as text.
