/** An identity provider: keys at a URL, how often they were asked for, and tokens signed by them. */
import assert from 'node:assert/strict';
import { constants, generateKeyPairSync, sign, type JsonWebKey, type KeyObject } from 'node:crypto';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

type Curve = 'P-256' | 'P-384' | 'P-521';

const CURVES: Readonly<Record<string, Curve>> = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' };

export interface ProviderKey {
  readonly kid: string | undefined;
  readonly alg: string;
  readonly jwk: JsonWebKey;
  readonly privateKey: KeyObject;
}

/** What a provider publishes of a key, or writes into a header, beyond what is usual. */
type Members = Readonly<Record<string, unknown>>;

export class Provider {
  keys: ProviderKey[] = [];
  asked = 0;
  delayMs = 0;
  down = false;
  /** In the place of a set of keys. */
  answer: ((response: ServerResponse) => void) | undefined;
  maxAge: number | undefined;
  /** Beside `keys` in the set. */
  beside: Members = {};
  #server: Server;

  constructor() {
    this.#server = createServer((_, response) => {
      this.asked++;
      if (this.down) {
        return void setTimeout(() => response.writeHead(503).end(), this.delayMs);
      }
      if (this.answer) return void this.answer(response);
      if (this.maxAge !== undefined) {
        response.setHeader('cache-control', `public, max-age=${this.maxAge}`);
      }
      const keys = this.keys.map(({ kid, alg, jwk }) => ({ kid, alg, use: 'sig', ...jwk }));
      response.setHeader('content-type', 'application/json');
      setTimeout(() => response.end(JSON.stringify({ keys, ...this.beside })), this.delayMs);
    });
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.#server.close();
  }

  /** @param members of the published key; undefined takes a usual one away. */
  add(alg: string, kid?: string, members: Members = {}, modulusLength = 2048): ProviderKey {
    const { publicKey, privateKey } = keyPair(alg, modulusLength);
    const jwk = { ...publicKey.export({ format: 'jwk' }), ...members };
    const key = { kid, alg, privateKey, jwk };
    this.keys.push(key);
    return key;
  }

  token(kid: string, claims: object): Promise<string> {
    const key = this.keys.find((one) => one.kid === kid);
    assert.ok(key);
    return Promise.resolve(signedBy(key, claims));
  }
}

/** A token of the key, by node's own crypto. An undefined member of the header is left out. */
export function signedBy(key: ProviderKey, claims: object, header: Members = {}): string {
  const whole = { alg: key.alg, typ: 'JWT', kid: key.kid, ...header };
  const signed = [whole, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  const { alg } = whole;
  const digest = alg.startsWith('Ed') ? null : `sha${alg.slice(-3)}`;
  const signature = sign(digest, Buffer.from(signed), {
    key: key.privateKey,
    dsaEncoding: 'ieee-p1363',
    ...(alg.startsWith('PS') && {
      padding: constants.RSA_PKCS1_PSS_PADDING,
      saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
    }),
  });
  return `${signed}.${signature.toString('base64url')}`;
}

function keyPair(alg: string, modulusLength: number) {
  const namedCurve = CURVES[alg];
  if (namedCurve !== undefined) return generateKeyPairSync('ec', { namedCurve });
  if (alg.startsWith('Ed')) return generateKeyPairSync('ed25519');
  return generateKeyPairSync('rsa', { modulusLength });
}
