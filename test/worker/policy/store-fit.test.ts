/** What the Worker refuses when it starts, because this store, or any, does not support it. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { rulesFrom, type RulesOptions } from '../../../worker/policy/policy.ts';
import {
  assertAble,
  assertLinkSeconds,
  assertUnshared,
  checksumFor,
  fallbackFor,
  planLimitsFor,
  verifyLimits,
} from '../../../worker/policy/store-fit.ts';
import type { Profile } from '../../../worker/s3/profile.ts';
import { PROFILES } from '../../../worker/s3/profiles.ts';

const ABLE: Profile = { ...PROFILES.aws, name: 'aws', staleAfterSeconds: 1000 };
const UNABLE: Profile = {
  ...ABLE,
  acl: false,
  tagging: false,
  storageClass: false,
  sse: [],
};
const misconfigured = (message: string) => ({ code: 'misconfigured', message });
const check = (options: RulesOptions, profile = ABLE) => assertAble(rulesFrom(options), profile);
const without = (setting: string, what: string) =>
  misconfigured(`${setting}: a aws store does not support ${what}.`);

describe('rules that the store has to support', () => {
  it('are plain by default, which every store does', () => {
    for (const profile of Object.values(PROFILES)) check({}, profile);
    check({}, UNABLE);
  });

  it('name ACLs, tags, a storage class or encryption only where it has them', () => {
    const wanted: readonly (readonly [RulesOptions, string, string])[] = [
      [{ acl: ['private'] }, 'ACL', 'ACLs'],
      [{ object: { tags: { a: 'b' } } }, 'TAGS', 'tags'],
      [{ object: { storageClass: 'GLACIER' } }, 'STORAGE_CLASS', 'storage classes'],
      [{ object: { sse: 'AES256' } }, 'SSE', 'encryption by AES256'],
      [{ object: { sse: { kms: 'key' } } }, 'SSE', 'encryption by aws:kms'],
      [{ object: { sse: { kms: null } } }, 'SSE', 'encryption by aws:kms'],
    ];
    for (const [options, setting, what] of wanted) {
      check(options);
      assert.throws(() => check(options, UNABLE), without(setting, what));
    }
    const kmsOnly: Profile = { ...UNABLE, sse: ['aws:kms'] };
    check({ object: { sse: { kms: null } } }, kmsOnly);
    assert.throws(() => check({ object: { sse: 'AES256' } }, kmsOnly), /AES256/);
  });

  it('let an upload live no longer than the store keeps it', () => {
    check({ maxAgeSeconds: 1000 });
    assert.throws(
      () => check({ maxAgeSeconds: 1001 }),
      misconfigured(
        'UPLOAD_MAX_AGE: the store deletes unfinished uploads after 1000 s; if that is not so, set S3_ABORTS_AFTER.',
      ),
    );
    check({ maxAgeSeconds: 1001 }, { ...ABLE, staleAfterSeconds: null });
  });

  it('let an upload live for a minute at least', () => {
    check({ uploadSeconds: 60, maxAgeSeconds: 60 });
    assert.throws(
      () => check({ uploadSeconds: 59 }),
      misconfigured('UPLOAD_TTL must be at least one minute.'),
    );
    assert.throws(
      () => check({ maxAgeSeconds: 59 }),
      misconfigured('UPLOAD_MAX_AGE must be at least one minute.'),
    );
  });

  it('let a URL live for a second to a week', () => {
    const refused = misconfigured('URL_TTL must be between one second and one week.');
    check({ urlSeconds: 1 });
    check({ urlSeconds: 604_800 });
    assert.throws(() => check({ urlSeconds: 0 }), refused);
    assert.throws(() => check({ urlSeconds: 604_801 }), refused);
    assert.equal(assertLinkSeconds(60, 'LINK_TTL'), 60);
    assert.throws(
      () => assertLinkSeconds(0, 'LINK_TTL'),
      misconfigured('LINK_TTL must be between one second and one week.'),
    );
  });

  it('hold only what a header can carry', () => {
    const names = (setting: string) =>
      misconfigured(`${setting}: names may contain only letters, digits and hyphens.`);
    check({ metadata: ['Album-1'], fixedMetadata: { 'Source-1': 'é' } });
    assert.throws(() => check({ metadata: ['album', 'a b'] }), names('METADATA'));
    assert.throws(() => check({ fixedMetadata: { 'a b': 'x' } }), names('SET_METADATA'));
    const printable: readonly (readonly [RulesOptions, string])[] = [
      [{ object: { cacheControl: 'no-störe' } }, 'CACHE_CONTROL'],
      [{ object: { cacheControl: 'no-store\n' } }, 'CACHE_CONTROL'],
      [{ object: { storageClass: 'GL\u0000' } }, 'STORAGE_CLASS'],
      [{ object: { sse: { kms: '\u007f' } } }, 'SSE_KMS_KEY_ID'],
    ];
    for (const [options, setting] of printable) {
      assert.throws(() => check(options), misconfigured(`${setting} must be printable ASCII.`));
    }
    check({ object: { cacheControl: 'max-age=60, ~', storageClass: 'X', sse: { kms: ' a' } } });
  });
});

describe('files that may be removed', () => {
  it('do not share an object', () => {
    const removable = rulesFrom({ removable: true });
    assertUnshared(removable, '{owner}/{id}');
    assertUnshared(rulesFrom({}), '{checksum}');
    assert.throws(
      () => assertUnshared(removable, '{owner}/{checksum}'),
      misconfigured(
        'REMOVABLE cannot be on with {checksum} in KEY_TEMPLATE: an object may belong to several uploads.',
      ),
    );
  });
});

describe('the checksum of parts', () => {
  it('is the best that the store checks, unless another or none is wanted', () => {
    const profile: Profile = { ...ABLE, checksums: ['crc32c', 'md5'] };
    assert.equal(checksumFor(profile, undefined), 'crc32c');
    assert.equal(checksumFor(profile, 'md5'), 'md5');
    assert.equal(checksumFor(profile, null), null);
    assert.throws(
      () => checksumFor(profile, 'sha256'),
      misconfigured('CHECKSUM: a aws store does not check sha256; it checks crc32c, md5.'),
    );
  });

  it('is none where the store checks none', () => {
    const profile: Profile = { ...ABLE, checksums: [] };
    assert.equal(checksumFor(profile, undefined), null);
    assert.throws(
      () => checksumFor(profile, 'md5'),
      misconfigured('CHECKSUM: a aws store does not check md5; it checks none.'),
    );
  });
});

describe('reading stored files', () => {
  const KIB = 1024;

  it('goes up to 32 MiB in steps of 2 MiB, unless the settings say otherwise', () => {
    assert.deepEqual(verifyLimits({}), {
      maxBytes: 32 * KIB * KIB,
      stepBytes: 2 * KIB * KIB,
    });
    assert.deepEqual(verifyLimits({ maxBytes: 5, stepBytes: 64 * KIB }), {
      maxBytes: 5,
      stepBytes: 64 * KIB,
    });
  });

  it('takes steps that are worth a request', () => {
    assert.throws(
      () => verifyLimits({ stepBytes: 64 * KIB - 1 }),
      misconfigured('VERIFY_STEP_BYTES: at least 65536 bytes are needed.'),
    );
  });
});

describe('how files are divided', () => {
  const MIB = 1024 * 1024;
  const profile: Profile = {
    ...ABLE,
    minPartBytes: 5 * MIB,
    maxPartBytes: 100 * MIB,
    maxParts: 77,
  };
  const within = { singleMaxBytes: 16 * MIB, minPartBytes: 8 * MIB, maxPartBytes: 50 * MIB };

  it('is as the settings say, with as many parts as the store takes', () => {
    assert.deepEqual(planLimitsFor(profile, within), { ...within, maxParts: 77 });
    assert.equal(planLimitsFor(profile, { ...within, maxParts: 5 }).maxParts, 5);
  });

  it('keeps parts that go through the Worker under what every plan of Workers accepts', () => {
    const { maxPartBytes: _, ...rest } = within;
    assert.equal(planLimitsFor(profile, rest, true).maxPartBytes, 64 * MIB);
    assert.equal(planLimitsFor(PROFILES.aws, rest).maxPartBytes, 256 * MIB);
    assert.equal(planLimitsFor(profile, within, true).maxPartBytes, 50 * MIB);
  });

  it('may reach what the store accepts, and not pass it', () => {
    const refused = (setting: string, what: string) =>
      misconfigured(`${setting}: a aws store accepts ${what}.`);
    const least = 5 * MIB;
    const most = 100 * MIB;
    planLimitsFor(profile, { minPartBytes: least, maxPartBytes: most, singleMaxBytes: most });
    const plan = (more: object) => () => planLimitsFor(profile, { ...within, ...more });
    assert.throws(
      plan({ minPartBytes: least - 1 }),
      refused('MIN_PART_BYTES', `no parts under ${least} bytes`),
    );
    const atOnce = `at most ${most} bytes at once`;
    assert.throws(plan({ maxPartBytes: most + 1 }), refused('MAX_PART_BYTES', atOnce));
    assert.throws(plan({ singleMaxBytes: most + 1 }), refused('SINGLE_MAX_BYTES', atOnce));
  });

  it('has no largest part that is smaller than the smallest', () => {
    const size = 8 * MIB;
    planLimitsFor(profile, { ...within, minPartBytes: size, maxPartBytes: size });
    assert.throws(
      () => planLimitsFor(profile, { ...within, minPartBytes: size, maxPartBytes: size - 1 }),
      misconfigured('MAX_PART_BYTES is smaller than MIN_PART_BYTES.'),
    );
  });
});

describe('the checksum after a refusal', () => {
  const profile: Profile = { ...ABLE, fallbackChecksum: 'crc32c' };

  it('is the one of the profile, if it has one', () => {
    assert.equal(fallbackFor(profile, undefined, '{owner}/{id}'), 'crc32c');
    assert.equal(fallbackFor({ ...profile, fallbackChecksum: null }, undefined, '{id}'), null);
  });

  it('is none if the operator has chosen one, or none, so that the refusal is seen', () => {
    assert.equal(fallbackFor(profile, 'crc64nvme', '{owner}/{id}'), null);
    assert.equal(fallbackFor(profile, null, '{owner}/{id}'), null);
  });

  it('is none if keys are made of checksums: the same file would get another key', () => {
    assert.equal(fallbackFor(profile, undefined, '{owner}/{checksum}'), null);
  });
});
