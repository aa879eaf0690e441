//! Address blocks cut into subnets, for `Fn::Cidr`.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The first `count` subnets of `block`, each with `bits` bits for its hosts. The error is what was expected.
pub(super) fn subnets(block: &str, count: &str, bits: &str) -> Result<Vec<String>, String> {
    let parsed = block
        .split_once('/')
        .and_then(|(address, prefix)| Some((address.parse::<IpAddr>().ok()?, prefix.parse::<u32>().ok()?)));
    let Some((address, prefix)) = parsed else {
        return Err(format!("an address block such as `10.0.0.0/16`, not `{block}`"));
    };
    let width = if address.is_ipv4() { 32 } else { 128 };
    let count = count.parse::<u128>().ok().filter(|count| (1..=256).contains(count));
    let Some(count) = count else { return Err("a count from 1 to 256".to_owned()) };
    let bits = bits.parse::<u32>().ok().filter(|bits| (1..width).contains(bits));
    let Some(bits) = bits else { return Err(format!("a number of host bits from 1 to {}", width - 1)) };
    let room = width.checked_sub(prefix).and_then(|free| free.checked_sub(bits));
    let fits = room.is_some_and(|room| room >= 8 || count <= 1 << room);
    if !fits {
        return Err(format!("a block with room for {count} subnets of {bits} host bits, and `{block}` has not"));
    }
    let first = match address {
        IpAddr::V4(address) => u128::from(address.to_bits()),
        IpAddr::V6(address) => address.to_bits(),
    };
    // A block may be written with host bits set; the subnets start at the block's own start.
    let free = width - prefix;
    let start = if free >= 128 { 0 } else { first >> free << free };
    let subnet = |number: u128| {
        let address = start + (number << bits);
        match u32::try_from(address) {
            Ok(address) if width == 32 => format!("{}/{}", Ipv4Addr::from_bits(address), width - bits),
            _ => format!("{}/{}", Ipv6Addr::from_bits(address), width - bits),
        }
    };
    Ok((0..count).map(subnet).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_ipv4_blocks() {
        assert_eq!(subnets("192.168.0.0/24", "2", "5").unwrap(), ["192.168.0.0/27", "192.168.0.32/27"]);
        let all = subnets("10.0.0.0/16", "256", "8").unwrap();
        assert_eq!((all.len(), all[255].as_str()), (256, "10.0.255.0/24"));
        assert_eq!(subnets("10.0.3.7/16", "1", "8").unwrap(), ["10.0.0.0/24"]);
        assert_eq!(subnets("0.0.0.0/0", "2", "24").unwrap(), ["0.0.0.0/8", "1.0.0.0/8"]);
    }

    #[test]
    fn cuts_ipv6_blocks() {
        assert_eq!(subnets("2001:db8::/56", "2", "64").unwrap(), ["2001:db8::/64", "2001:db8:0:1::/64"]);
        assert_eq!(subnets("::/0", "2", "127").unwrap(), ["::/1", "8000::/1"]);
    }

    #[test]
    fn refuses_what_does_not_fit() {
        for (block, count, bits) in [
            ("10.0.0.0", "1", "8"),
            ("10.0.0.0/33", "1", "8"),
            ("10.0.0.0/24", "0", "5"),
            ("10.0.0.0/24", "257", "1"),
            ("10.0.0.0/24", "9", "5"),
            ("10.0.0.0/24", "1", "0"),
            ("10.0.0.0/24", "1", "9"),
            ("x/24", "1", "8"),
        ] {
            assert!(subnets(block, count, bits).is_err(), "{block} {count} {bits}");
        }
    }
}
