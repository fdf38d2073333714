import { uuidv7 } from '../../../../worker/protocol.ts';
import { assert } from '../fake/assert.ts';

/** https://www.rfc-editor.org/rfc/rfc9562#section-5.7 */
const V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe('ids', () => {
  it('are UUIDs of version 7, each another one', () => {
    const ids = Array.from({ length: 1000 }, uuidv7);
    assert.ok(ids.every((id) => V7.test(id)));
    assert.equal(new Set(ids).size, ids.length);
    // Also in what comes after the time.
    assert.equal(new Set(ids.map((id) => id.slice(13))).size, ids.length);
  });

  it('sort in the order in which they were made, many in a millisecond too', () => {
    const ids = Array.from({ length: 10_000 }, uuidv7);
    assert.deepEqual(ids.toSorted(), ids);
  });

  it('begin with the time at which they were made', () => {
    const before = Date.now();
    const ms = Number.parseInt(uuidv7().replace('-', '').slice(0, 12), 16);
    // A few ahead, where thousands have just been made.
    assert.ok(ms >= before && ms <= Date.now() + 10);
  });
});
