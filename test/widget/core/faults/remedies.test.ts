import { partRemedy, type PartCircumstances } from '../../../../widget/core/faults/part-remedy.ts';
import {
  uploadRemedy,
  type UploadCircumstances,
} from '../../../../widget/core/faults/upload-remedy.ts';
import type { Verdict } from '../../../../widget/core/faults/verdict.ts';
import { assert } from '../fake/assert.ts';

const ANSWERED: PartCircumstances = {
  faults: 1,
  isSingle: false,
  isAnswered: true,
  wasRelayed: false,
  isRelayOn: false,
};
const SILENT = { ...ANSWERED, isAnswered: false };
const RESIGN: Verdict = { do: 'resign', delayMs: 500 };

describe('the remedy for a part', () => {
  it('is to send it again, after the delay of the verdict', () => {
    for (const verdict of [RESIGN, { do: 'retry', delayMs: 9 }, { do: 'wait', delayMs: 7 }]) {
      assert.deepEqual(partRemedy(verdict as Verdict, ANSWERED), {
        do: 'send-again',
        after: verdict,
      });
    }
  });

  it('is to ask what is stored after every third silence', () => {
    const remedies = [1, 2, 3, 4, 5, 6].map(
      (faults) => partRemedy(RESIGN, { ...SILENT, faults }).do,
    );
    assert.deepEqual(
      remedies.map((remedy) => remedy === 'ask-what-is-stored'),
      [false, false, true, false, false, true],
    );
  });

  it('is to send it again at once, if the Worker has taken over', () => {
    const remedy = partRemedy(RESIGN, { ...SILENT, faults: 3, isRelayOn: true });
    assert.deepEqual(remedy, { do: 'send-again' });
  });

  it('is to send it again after a refusal of the store or through the Worker, however often', () => {
    for (const about of [ANSWERED, { ...SILENT, wasRelayed: true }]) {
      const remedy = partRemedy(RESIGN, { ...about, faults: 3, isRelayOn: true });
      assert.deepEqual(remedy, { do: 'send-again', after: RESIGN });
      const third = partRemedy(RESIGN, { ...about, faults: 3 });
      assert.deepEqual(third, { do: 'send-again', after: RESIGN });
    }
  });

  it('is to hash it again, if its bytes were not what was hashed', () => {
    assert.deepEqual(partRemedy({ do: 'repair' }, ANSWERED), { do: 'hash-again' });
  });

  it('is to complete a single file that may be stored, and to give up a part of a large one', () => {
    const verdict = { do: 'verify' } as const;
    const single = partRemedy(verdict, { ...ANSWERED, isSingle: true });
    assert.deepEqual(single, { do: 'leave-to-complete' });
    assert.deepEqual(partRemedy(verdict, ANSWERED), { do: 'give-up', verdict });
  });

  it('is none if the upload has to begin again', () => {
    const verdict = { do: 'restart' } as const;
    assert.deepEqual(partRemedy(verdict, ANSWERED), { do: 'give-up', verdict });
  });

  it('is none after a final refusal', () => {
    const verdict = { do: 'fail', code: 'store_refused', retryable: false } as const;
    assert.deepEqual(partRemedy(verdict, ANSWERED), { do: 'give-up', verdict });
  });
});

describe('the remedy for an upload', () => {
  const FIRST: UploadCircumstances = {
    setbacks: 0,
    isSingle: false,
    isRegistered: true,
    isAgreed: true,
    isForgotten: false,
  };

  it('of which the store lacks a part is to ask what is stored, however often', () => {
    for (const setbacks of [0, 1, 2]) {
      assert.equal(uploadRemedy('incomplete', { ...FIRST, setbacks }), 'reconcile');
    }
  });

  it('is to begin again if a store that cannot list parts says twice that it is unknown', () => {
    const forgotten = { ...FIRST, isForgotten: true };
    assert.equal(uploadRemedy('incomplete', forgotten), 'reconcile');
    assert.equal(uploadRemedy('incomplete', { ...forgotten, setbacks: 1 }), 'renew');
  });

  it('that goes in one request is to create it again', () => {
    for (const code of ['incomplete', 'expired'] as const) {
      assert.equal(uploadRemedy(code, { ...FIRST, isSingle: true }), 'create-again');
    }
    const again = { ...FIRST, isSingle: true, setbacks: 1 };
    assert.equal(uploadRemedy('incomplete', again), 'renew');
  });

  it('that the store does not know any more is another id', () => {
    assert.equal(uploadRemedy('gone', FIRST), 'renew');
  });

  it('that is in conflict is to ask what is stored, and another id only for one that was never agreed', () => {
    assert.equal(uploadRemedy('conflict', FIRST), 'reconcile');
    const unconfirmed = { ...FIRST, isAgreed: false };
    assert.equal(uploadRemedy('conflict', unconfirmed), 'fail');
    assert.equal(uploadRemedy('conflict', { ...unconfirmed, isRegistered: false }), 'renew');
  });

  it('that the Worker does not find is to ask what is stored, and only then another id', () => {
    assert.equal(uploadRemedy('not_found', FIRST), 'reconcile');
    assert.equal(uploadRemedy('not_found', { ...FIRST, isAgreed: false }), 'renew');
  });

  it('whose time is up is to ask what is stored, and never to begin what was sent again', () => {
    assert.equal(uploadRemedy('expired', FIRST), 'reconcile');
    const refused = { ...FIRST, isAgreed: false, setbacks: 1 };
    assert.equal(uploadRemedy('expired', refused), 'fail');
  });

  it('whose time was up before this visit is to begin it anew', () => {
    assert.equal(uploadRemedy('expired', { ...FIRST, isAgreed: false }), 'renew');
  });

  it('that was cancelled elsewhere is to cancel it here, unless it is of an earlier visit', () => {
    assert.equal(uploadRemedy('cancelled', FIRST), 'cancel');
    const added = { ...FIRST, isAgreed: false };
    assert.equal(uploadRemedy('cancelled', added), 'renew');
    assert.equal(uploadRemedy('cancelled', { ...added, setbacks: 1 }), 'cancel');
  });

  it('that goes in one request and is not found is another id', () => {
    assert.equal(uploadRemedy('not_found', { ...FIRST, isSingle: true }), 'renew');
  });

  it('that was not understood is the new policy, but only before it is registered', () => {
    assert.equal(uploadRemedy('invalid_request', { ...FIRST, isRegistered: false }), 'adapt');
    assert.equal(uploadRemedy('invalid_request', FIRST), 'fail');
  });

  it('is none after three setbacks, and none for any other error', () => {
    assert.equal(uploadRemedy('gone', { ...FIRST, setbacks: 3 }), 'fail');
    assert.equal(uploadRemedy('cors', FIRST), 'fail');
  });
});
