/** Presigning as the AWS SDK for JavaScript does it, with WebCrypto for its hashes. */
import { SignatureV4 } from '@smithy/signature-v4';

export interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** Signs one part after the other, or many at once. */
export function sdkSigner(keys: Keys, region: string, expiresIn: number) {
  const signer = new SignatureV4({
    service: 's3',
    region,
    credentials: keys,
    sha256: Sha256,
    uriEscapePath: false,
    applyChecksum: false,
  });
  return async (url: URL, headers: Readonly<Record<string, string>>): Promise<string> => {
    const request = {
      method: 'PUT',
      protocol: 'https:',
      hostname: url.hostname,
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      // As its S3RequestPresigner does.
      headers: { host: url.hostname, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD', ...headers },
    };
    const { query } = await signer.presign(request, {
      expiresIn,
      unhoistableHeaders: new Set(Object.keys(headers)),
    });
    return `${url.origin}${url.pathname}?${new URLSearchParams(query)}`;
  };
}

/** A hash, or an HMAC if there is a secret. */
class Sha256 {
  readonly #secret: Uint8Array | undefined;
  #bytes: Uint8Array = new Uint8Array();

  constructor(secret?: string | ArrayBuffer | Uint8Array) {
    this.#secret = secret === undefined ? undefined : bytesOf(secret);
  }

  update(data: string | ArrayBuffer | Uint8Array): void {
    const more = bytesOf(data);
    const both = new Uint8Array(this.#bytes.length + more.length);
    both.set(this.#bytes);
    both.set(more, this.#bytes.length);
    this.#bytes = both;
  }

  async digest(): Promise<Uint8Array> {
    const bytes = new Uint8Array(this.#bytes);
    if (!this.#secret) return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
    const hmac = { name: 'HMAC', hash: 'SHA-256' };
    const secret = new Uint8Array(this.#secret);
    const key = await crypto.subtle.importKey('raw', secret, hmac, false, ['sign']);
    return new Uint8Array(await crypto.subtle.sign('HMAC', key, bytes));
  }
}

function bytesOf(data: string | ArrayBuffer | Uint8Array): Uint8Array {
  if (typeof data === 'string') return new TextEncoder().encode(data);
  return data instanceof Uint8Array ? data : new Uint8Array(data);
}
