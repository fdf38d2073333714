/** The network of a request, as far as it tells one household or host from another. */

/**
 * The address to count by. An IPv4 address counts as it is, even inside an IPv6 address (mapped, or
 * 6to4). Any other IPv6 address counts as its /64, because one subscriber has all of it. Empty if
 * the text is not an address. https://www.rfc-editor.org/rfc/rfc6177
 *
 * @example networkOf('2001:DB8::1') // '2001:db8:0:0::/64'
 */
export function networkOf(address: string): string {
  const text = address
    .trim()
    .replace(/^\[|\]$/g, '')
    .replace(/%.*$/, '');
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(text)) return URL.parse(`http://${text}`)?.hostname ?? '';
  // The URL parser gives each address one spelling.
  const canonical = URL.parse(`http://[${text}]`)?.hostname.slice(1, -1);
  if (canonical === undefined) return '';
  const groups = groupsOf(canonical);
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) {
    return ipv4(groups[6], groups[7]);
  }
  if (groups[0] === 0x2002) return ipv4(groups[1], groups[2]);
  const prefix = groups.slice(0, 4).map((group) => group.toString(16));
  return `${prefix.join(':')}::/64`;
}

function groupsOf(canonical: string): number[] {
  const [head = '', tail = ''] = canonical
    .split('::')
    .map((half) => half.split(':').filter(Boolean));
  const zeros = Array.from({ length: 8 - head.length - tail.length }, () => '0');
  return [...head, ...zeros, ...tail].map((group) => Number.parseInt(group, 16));
}

function ipv4(high = 0, low = 0): string {
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}
