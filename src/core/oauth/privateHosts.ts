/**
 * Whether a host, as `URL.hostname` writes it, is one that only means something near this machine: loopback, private and
 * link-local addresses (RFC 6890), names without a dot, and the suffixes that networks use for themselves (RFC 6762, 8375).
 * A public name that resolves to such an address isn't found out.
 */
export function isPrivateHost(hostname: string): boolean {
  const host = hostname.toLowerCase().replace(/\.$/, '');
  if (host.startsWith('[')) {
    return isPrivateIpv6(host.slice(1, -1));
  }
  const ipv4 = /^(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(host);
  if (ipv4) {
    return isPrivateIpv4(Number(ipv4[1]), Number(ipv4[2]), Number(ipv4[3]));
  }
  return !host.includes('.') || privateSuffix.test(host);
}

const privateSuffix = /\.(?:localhost|local|internal|intranet|lan|home|corp|private|home\.arpa)$/;

function isPrivateIpv4(a: number, b: number, c: number): boolean {
  return (
    a === 0 ||
    a === 10 ||
    a === 127 ||
    a >= 224 ||
    (a === 100 && b >= 64 && b < 128) ||
    (a === 169 && b === 254) ||
    (a === 172 && b >= 16 && b < 32) ||
    (a === 192 && b === 168) ||
    (a === 192 && b === 0 && c === 0) ||
    (a === 198 && (b === 18 || b === 19))
  );
}

function isPrivateIpv6(address: string): boolean {
  // The URL parser writes an embedded IPv4 address as two groups in hex.
  const mapped = /^(?:::ffff:|64:ff9b::)([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(address);
  if (mapped) {
    const high = Number.parseInt(mapped[1] ?? '', 16);
    const low = Number.parseInt(mapped[2] ?? '', 16);
    return isPrivateIpv4(high >> 8, high & 0xff, low >> 8);
  }
  // ::/8 holds loopback and "unspecified"; fc00::/7 is private, fe80::/10 link-local, ff00::/8 multicast.
  return address.startsWith('::') || /^(?:f[cd]|fe[89ab]|ff)/.test(address);
}
