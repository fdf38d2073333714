/** What browsers are handed: signed requests for parts, whole objects and downloads. */
import { MAX_PART_NUMBER, type ChecksumAlgorithm, type SignedRequest } from '../protocol.ts';
import { CHECKSUMS, isChecksum } from './checksums.ts';
import type { Credentials } from './credentials.ts';
import { parseEndpoint, targetOf, type Endpoint, type Target } from './endpoint.ts';
import { StoreError } from './errors.ts';
import { signForm } from './form.ts';
import {
  headerValue,
  MAX_EXPIRES_SECONDS,
  urlSigner,
  type UrlShape,
  type UrlSigner,
} from './presign.ts';
import { formFields, objectHeaders } from './settings.ts';
import type { ByteCount, PartSigner, Store, StoreConfig } from './types.ts';

type Signing = Pick<Store, 'lanes' | 'presignParts' | 'presignPut' | 'presignForm' | 'presignGet'>;

export function createSigning(config: StoreConfig): Signing {
  const { bucket, profile, region, style } = config;
  const now = config.now ?? Date.now;
  const lanes = (config.publicEndpoints ?? []).map((one) => parseEndpoint(one, bucket, style));
  if (lanes.length === 0) lanes.push(parseEndpoint(config.endpoint, bucket, style));
  const keysFor = async (wanted: number): Promise<Keys> =>
    keysOf(await config.credentials.get(), wanted, now());

  return {
    lanes: lanes.length,

    async presignParts({ key, uploadId, algorithm, expiresIn }) {
      const keys = await keysFor(expiresIn);
      const targets = lanes.map((lane) => targetOf(lane, key));
      return partSigner(targets, uploadId, algorithm, keys, region);
    },

    async presignPut(key, bytes, settings, { checksum, expiresIn }) {
      const keys = await keysFor(expiresIn);
      const headers = {
        ...objectHeaders(settings, profile),
        ...checksumHeader(settings.checksum, checksum),
        ...(settings.ifNoneMatch === true && profile.conditionalPut
          ? { 'if-none-match': '*' }
          : {}),
      };
      const sized =
        typeof bytes === 'number'
          ? { keys: ['content-length'], values: [length(bytes)] }
          : { keys: [], values: [] };
      const sign = await urlSigner(
        {
          target: targetOf(laneFor(lanes, key), key),
          method: 'PUT',
          query: {},
          headers: [...sized.keys, ...Object.keys(headers)],
          expiresIn: keys.expiresIn,
        },
        keys.credentials,
        region,
        keys.now,
      );
      const url = await sign([...sized.values, ...Object.values(headers)]);
      return { request: { number: 1, method: 'PUT', url, headers }, expiresIn: keys.expiresIn };
    },

    async presignForm(key, bytes, settings, { checksum, expiresIn, successStatus }) {
      if (!profile.postPolicy) throw noForm('the store takes no form POST');
      if (settings.ifNoneMatch === true) throw noForm('a form POST cannot refuse to replace');
      if (settings.checksum !== null && !profile.formChecksums.includes(settings.checksum)) {
        throw noForm(`the store checks no ${settings.checksum} in a form`);
      }
      const [min, max] = rangeOf(bytes);
      const keys = await keysFor(expiresIn);
      const lane = laneFor(lanes, key);
      targetOf(lane, key); // refuses what no URL may hold, though the key travels as a field here
      const { url, fields } = await signForm(
        {
          endpoint: lane,
          bucket,
          key,
          min,
          max,
          fields: {
            ...formFields(settings, profile),
            ...checksumHeader(settings.checksum, checksum),
            ...(successStatus === undefined ? {} : { success_action_status: `${successStatus}` }),
          },
          expiresIn: keys.expiresIn,
        },
        keys.credentials,
        region,
        keys.now,
      );
      const request: SignedRequest = { number: 1, method: 'POST', url, headers: {}, fields };
      return { request, expiresIn: keys.expiresIn };
    },

    async presignGet(key, { disposition, contentType, expiresIn }) {
      const keys = await keysFor(expiresIn);
      const query: Record<string, string> = {};
      if (disposition !== undefined)
        query['response-content-disposition'] = headerValue(disposition);
      if (contentType !== undefined) query['response-content-type'] = headerValue(contentType);
      const target = targetOf(laneFor(lanes, key), key);
      const sign = await urlSigner(
        { target, method: 'GET', query, headers: [], expiresIn: keys.expiresIn },
        keys.credentials,
        region,
        keys.now,
      );
      return { url: await sign([]), expiresIn: keys.expiresIn };
    },
  };
}

/** Credentials, and for how long what they sign is good. */
interface Keys {
  readonly credentials: Credentials;
  readonly expiresIn: number;
  readonly now: number;
}

/** A URL dies with the session that signed it, so it must not claim to live longer. */
function keysOf(credentials: Credentials, wanted: number, now: number): Keys {
  const left =
    credentials.expiresAt === undefined
      ? MAX_EXPIRES_SECONDS
      : Math.floor((credentials.expiresAt - now) / 1000);
  if (left < 1) {
    throw new StoreError({
      kind: 'misconfigured',
      operation: 'Presign',
      code: 'ExpiredToken',
      advice: 'the credentials of the session have ended',
    });
  }
  return { credentials, expiresIn: Math.min(wanted, left), now };
}

/** One signer per lane: a signature binds the host. Part n goes to lane n mod count. */
async function partSigner(
  targets: readonly Target[],
  uploadId: string,
  algorithm: ChecksumAlgorithm | null,
  { credentials, expiresIn, now }: Keys,
  region: string,
): Promise<PartSigner> {
  const checksumName = algorithm === null ? [] : [CHECKSUMS[algorithm].header];
  const signersOf = (headers: readonly string[]): Promise<UrlSigner[]> =>
    Promise.all(
      targets.map((target) => {
        const query = { uploadId, partNumber: null };
        const shape: UrlShape = { target, method: 'PUT', query, headers, expiresIn };
        return urlSigner(shape, credentials, region, now);
      }),
    );
  const sized = await signersOf(['content-length', ...checksumName]);
  let unsized: UrlSigner[] | undefined;

  return {
    expiresIn,
    async sign(number, bytes, checksum) {
      if (!Number.isInteger(number) || number < 1 || number > MAX_PART_NUMBER) {
        throw new RangeError(`a part's number is 1 to ${MAX_PART_NUMBER}, not ${number}`);
      }
      const headers = checksumHeader(algorithm, checksum);
      const values = Object.values(headers);
      const lane = number % targets.length;
      if (bytes === undefined) unsized ??= await signersOf(checksumName);
      else values.unshift(length(bytes));
      const url = await (bytes === undefined ? unsized : sized)?.[lane]?.(values, String(number));
      if (url === undefined) throw new RangeError(`there is no lane ${lane}`);
      return { number, method: 'PUT', url, headers };
    },
  };
}

/** @throws RangeError where a checksum is wanted and missing, or is none. */
function checksumHeader(
  algorithm: ChecksumAlgorithm | null,
  checksum: string | undefined,
): Record<string, string> {
  if (algorithm === null) return {};
  if (checksum === undefined || !isChecksum(algorithm, checksum)) {
    throw new RangeError(`a ${algorithm} checksum in base64 is needed`);
  }
  return { [CHECKSUMS[algorithm].header]: checksum };
}

function length(bytes: number): string {
  if (!Number.isSafeInteger(bytes) || bytes < 0) {
    throw new RangeError(`bytes must be a whole number of at least 0, not ${bytes}`);
  }
  return String(bytes);
}

function rangeOf(bytes: ByteCount): [number, number] {
  const { min, max } = typeof bytes === 'number' ? { min: bytes, max: bytes } : bytes;
  return [Number(length(min)), Number(length(max))];
}

/** Single requests are all number 1, so the key spreads them over the lanes. */
function laneFor(lanes: readonly Endpoint[], key: string): Endpoint {
  let sum = 0;
  for (let index = 0; index < key.length; index += 1) {
    sum = (Math.imul(sum, 31) + key.charCodeAt(index)) >>> 0;
  }
  const lane = lanes[sum % lanes.length];
  if (lane === undefined) throw new RangeError('there is no lane');
  return lane;
}

function noForm(advice: string): StoreError {
  const code = 'UnsupportedSetting';
  return new StoreError({ kind: 'unsupported', operation: 'PresignForm', code, advice });
}
