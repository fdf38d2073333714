/** Makes the signed requests that browsers get: for parts, whole objects and downloads. */
import type { SignedRequest } from '../../protocol.ts';
import { checksumHeader } from '../checksums.ts';
import { copyGuard } from '../copy-guard.ts';
import { signingKeys, type SigningKeys } from './signing-keys.ts';
import { parseEndpoint, targetOf, type Endpoint } from '../endpoint.ts';
import { StoreError } from '../requests/errors.ts';
import { signForm } from './form.ts';
import { partSigner } from './part-signer.ts';
import { headerValue, lengthValue } from './header.ts';
import { urlSigner } from './presign.ts';
import { formFields, objectHeaders } from '../object-headers.ts';
import type { ByteCount, Store, StoreConfig } from '../types.ts';

type Signing = Pick<
  Store,
  'lanes' | 'origins' | 'presignParts' | 'presignPut' | 'presignForm' | 'presignGet'
>;

/**
 * The signing half of a store.
 *
 * @throws EndpointError for an invalid endpoint or bucket.
 */
export function createSigning(config: StoreConfig): Signing {
  const { bucket, profile, region, style } = config;
  const now = config.now ?? Date.now;
  const lanes = (config.publicEndpoints ?? []).map((one) => parseEndpoint(one, bucket, style));
  if (lanes.length === 0) lanes.push(parseEndpoint(config.endpoint, bucket, style));
  const keysFor = async (wanted: number): Promise<SigningKeys> =>
    signingKeys(await config.credentials.get(), wanted, now());

  return {
    lanes: lanes.length,
    origins: lanes.map(({ origin }) => origin),

    async presignParts({ key, uploadId, algorithm, expiresIn }) {
      const keys = await keysFor(expiresIn);
      const targets = lanes.map((lane) => targetOf(lane, key));
      return partSigner(targets, uploadId, algorithm, keys, region, profile);
    },

    async presignPut(key, bytes, attributes, { checksum, expiresIn }) {
      const keys = await keysFor(expiresIn);
      const headers = {
        ...objectHeaders(attributes, profile),
        ...checksumHeader(attributes.checksum, checksum, profile),
        ...copyGuard(profile),
        ...(attributes.ifNoneMatch === true && profile.conditionalPut
          ? { 'if-none-match': '*' }
          : {}),
      };
      const sized =
        typeof bytes === 'number'
          ? { keys: ['content-length'], values: [lengthValue(bytes)] }
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

    async presignForm(key, bytes, attributes, { checksum, expiresIn, successStatus }) {
      if (!profile.postPolicy) throw noForm('the store does not accept form POSTs');
      if (attributes.ifNoneMatch === true)
        throw noForm('a form POST cannot refuse to replace an object');
      if (attributes.checksum !== null && !profile.formChecksums.includes(attributes.checksum)) {
        throw noForm(`the store does not check ${attributes.checksum} in a form`);
      }
      const [min, max] = rangeOf(bytes);
      const keys = await keysFor(expiresIn);
      const lane = laneFor(lanes, key);
      targetOf(lane, key); // refuses ambiguous keys, although the key is a form field here
      const { url, fields } = await signForm(
        {
          endpoint: lane,
          bucket,
          key,
          min,
          max,
          fields: {
            ...formFields(attributes, profile),
            ...checksumHeader(attributes.checksum, checksum, { payloadSha256: false }),
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

function rangeOf(bytes: ByteCount): [number, number] {
  const { min, max } = typeof bytes === 'number' ? { min: bytes, max: bytes } : bytes;
  return [Number(lengthValue(min)), Number(lengthValue(max))];
}

/** Chooses a lane by the key, because all single requests have number 1. */
function laneFor(lanes: readonly Endpoint[], key: string): Endpoint {
  let hash = 0;
  for (let index = 0; index < key.length; index += 1) {
    hash = (Math.imul(hash, 31) + key.charCodeAt(index)) >>> 0;
  }
  const lane = lanes[hash % lanes.length];
  if (lane === undefined) throw new RangeError('a store needs at least one lane');
  return lane;
}

function noForm(advice: string): StoreError {
  const code = 'UnsupportedSetting';
  return new StoreError({ kind: 'unsupported', operation: 'PresignForm', code, advice });
}
