/** A network between Worker and store that loses, delays nothing, and says what it is told to. */
import type { Bend, Seen, StoreFault } from './bend.ts';

type Fetch = typeof globalThis.fetch;

export function bentFetch(real: Fetch, bend: () => Bend, seen: Seen): Fetch {
  const used = new Map<StoreFault, number>();

  return async (input, init) => {
    const request = new Request(input, init);
    const { pathname, search } = new URL(request.url);
    const line = `${request.method} ${pathname}${search}`;
    seen.store.push(line);
    const fault = bend().store?.find((candidate) => {
      const [method, piece] = candidate.on;
      return (
        (method === '' || request.method === method) && line.includes(piece) && left(candidate)
      );
    });
    if (!fault) return real(request);
    used.set(fault, (used.get(fault) ?? 0) + 1);
    if (fault.cut === 'before') throw new TypeError('Network connection lost.');
    if (fault.cut === 'after' || fault.done) await (await real(request)).arrayBuffer();
    if (fault.cut === 'after') throw new TypeError('Network connection lost.');
    return new Response(request.method === 'HEAD' ? null : (fault.body ?? ''), {
      status: fault.status ?? 500,
      headers: { 'content-type': 'application/xml', ...fault.headers },
    });
  };

  function left(fault: StoreFault): boolean {
    return (used.get(fault) ?? 0) < (fault.times ?? Infinity);
  }
}
