import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isExpired, recordedState, stateOf } from '../../worker/upload/state.ts';
import type { Upload } from '../../worker/upload/upload.ts';

const END_MS = 1_700_000_000_000;
const UPLOAD: Upload = {
  v: 1,
  id: '01890a5d-ac96-774b-bcce-b302099a8057',
  owner: 'ann',
  key: 'ann/a.txt',
  name: 'a.txt',
  type: 'text/plain',
  bytes: 5,
  checksum: null,
  mark: 'm',
  createdAt: END_MS / 1000 - 60,
  expiresAt: END_MS / 1000,
  urlSeconds: 60,
};
const IN_PARTS: Upload = { ...UPLOAD, multipart: { uploadId: 'u', partBytes: 5 } };

describe('the state of an upload', () => {
  it('is expired from the very millisecond at which its token ends', () => {
    assert.equal(isExpired(UPLOAD, END_MS - 1), false);
    assert.equal(isExpired(UPLOAD, END_MS), true);
  });

  it('changes with time only while the record says open', () => {
    const { expiresAt } = UPLOAD;
    for (const state of ['complete', 'aborted', 'expired'] as const) {
      assert.equal(recordedState({ state, expiresAt }, END_MS + 1), state);
    }
    assert.equal(recordedState({ state: 'open', expiresAt }, END_MS - 1), 'open');
    assert.equal(recordedState({ state: 'open', expiresAt }, END_MS), 'expired');
  });

  it('is what the record says, once that is more than open', () => {
    const stored = { kind: 'gone' } as const;
    assert.equal(stateOf(IN_PARTS, { state: 'complete' }, stored, END_MS + 1), 'complete');
    assert.equal(stateOf(IN_PARTS, { state: 'aborted' }, { kind: 'object' }, 0), 'aborted');
  });

  it('is complete where an object made of parts exists, even if no record says so', () => {
    for (const entry of [undefined, { state: 'open' } as const]) {
      assert.equal(stateOf(IN_PARTS, entry, { kind: 'object' }, END_MS + 1), 'complete');
    }
  });

  it('stays open while only a form has brought the object', () => {
    assert.equal(stateOf(UPLOAD, undefined, { kind: 'object' }, 0), 'open');
  });

  it('is expired where the store has forgotten the upload, or its time is up', () => {
    assert.equal(stateOf(IN_PARTS, undefined, { kind: 'gone' }, 0), 'expired');
    assert.equal(stateOf(IN_PARTS, undefined, { kind: 'parts' }, END_MS), 'expired');
    assert.equal(stateOf(IN_PARTS, undefined, { kind: 'parts' }, END_MS - 1), 'open');
  });
});
