/**
 * A UUIDv7 (RFC 9562, 5.7): 48 bits of milliseconds, then random ones. Made here because
 * `crypto.randomUUID` is not there on plain-http pages.
 */
export function uuidv7(): string {
  const random = [...crypto.getRandomValues(new Uint8Array(10))]
    .map((byte) => hex(byte, 2))
    .join('');
  const time = hex(Date.now(), 12);
  const variant = hex((Number.parseInt(random.slice(3, 5), 16) & 0x3f) | 0x80, 2);
  return [
    time.slice(0, 8),
    time.slice(8),
    `7${random.slice(0, 3)}`,
    variant + random.slice(5, 7),
    random.slice(7, 19),
  ].join('-');
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}
