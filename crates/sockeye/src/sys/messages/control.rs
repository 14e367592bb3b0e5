//! Control messages that tell which of this machine's addresses a message was sent to, or leaves from
//! (IP_PKTINFO of ip(7); RFC 3542 section 6).

#![allow(unsafe_code, reason = "no crate that we use wraps IP_PKTINFO")]

use std::mem::zeroed;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::ptr;

/// Room for the control messages that are asked for, aligned as their heads are.
#[derive(Debug, Clone, Copy, Default)]
#[repr(C)]
pub(super) struct Control([u64; CONTROL_WORDS]);

/// Returns the address of this machine that a message was sent to, where answers can leave from
/// it: not a group's, and not a link's, which means nothing without the link.
pub(super) fn destination(head: &libc::msghdr) -> Option<IpAddr> {
    // SAFETY: the system has filled in the control buffer and its length, and the macros stay
    // within it; each control message is as long as its level and type say.
    unsafe {
        let mut next = libc::CMSG_FIRSTHDR(head);
        while let Some(message) = next.as_ref() {
            let data = libc::CMSG_DATA(message);
            match (message.cmsg_level, message.cmsg_type) {
                (libc::IPPROTO_IP, libc::IP_PKTINFO) => {
                    let info: libc::in_pktinfo = ptr::read_unaligned(data.cast());
                    let ours = Ipv4Addr::from(info.ipi_spec_dst.s_addr.to_ne_bytes());
                    return Some(ours.into());
                }
                (libc::IPPROTO_IPV6, libc::IPV6_PKTINFO) => {
                    let info: libc::in6_pktinfo = ptr::read_unaligned(data.cast());
                    let ours = Ipv6Addr::from(info.ipi6_addr.s6_addr);
                    // An IPv4 message has the other control message as well, which knows better.
                    let usable = ours.to_ipv4_mapped().is_none()
                        && !ours.is_multicast()
                        && !ours.is_unicast_link_local();
                    if usable {
                        return Some(ours.into());
                    }
                }
                _ => {}
            }
            next = libc::CMSG_NXTHDR(head, message);
        }
    }
    None
}

/// Returns the control message that makes messages to `peer` leave from `ours`, with its length.
pub(super) fn source(peer: SocketAddr, ours: IpAddr) -> Option<(Control, usize)> {
    match (peer, ours) {
        (SocketAddr::V4(_), IpAddr::V4(v4)) => {
            // SAFETY: all zeroes are a valid `in_pktinfo`.
            let mut info: libc::in_pktinfo = unsafe { zeroed() };
            info.ipi_spec_dst.s_addr = u32::from_ne_bytes(v4.octets());
            Some(control(libc::IPPROTO_IP, libc::IP_PKTINFO, info))
        }
        (SocketAddr::V6(_), ours) => {
            let v6 = match ours {
                IpAddr::V4(v4) => v4.to_ipv6_mapped(),
                IpAddr::V6(v6) => v6,
            };
            // SAFETY: all zeroes are a valid `in6_pktinfo`.
            let mut info: libc::in6_pktinfo = unsafe { zeroed() };
            info.ipi6_addr.s6_addr = v6.octets();
            Some(control(libc::IPPROTO_IPV6, libc::IPV6_PKTINFO, info))
        }
        (SocketAddr::V4(_), IpAddr::V6(_)) => None,
    }
}

fn control<T: Copy>(level: i32, kind: i32, value: T) -> (Control, usize) {
    let mut control = Control::default();
    let head: *mut libc::cmsghdr = ptr::from_mut(&mut control).cast();
    const { assert!(size_of::<Control>() >= size_of::<libc::cmsghdr>() + 16 + size_of::<T>()) };
    // SAFETY: the buffer is aligned for the head, and has room for it and the value behind it.
    unsafe {
        (*head).cmsg_level = level;
        (*head).cmsg_type = kind;
        (*head).cmsg_len = libc::CMSG_LEN(size_of::<T>() as libc::c_uint) as _;
        ptr::write_unaligned(libc::CMSG_DATA(head).cast(), value);
        (
            control,
            libc::CMSG_SPACE(size_of::<T>() as libc::c_uint) as usize,
        )
    }
}

/// Words of 8 bytes: a head and an `in6_pktinfo` take 40 bytes, beside them an `in_pktinfo` 32.
const CONTROL_WORDS: usize = 12;
