import { createHmac } from 'node:crypto';

const HEAD = encoded({ alg: 'HS256', typ: 'JWT' });
const A_DAY_S = 86_400;

/** What the page of a user carries whom its backend has signed in: a JWT with HS256. */
export function bearer(secret: string, user: string): { readonly Authorization: string } {
  const claims = encoded({ sub: user, exp: Math.floor(Date.now() / 1000) + A_DAY_S });
  const signature = createHmac('sha256', secret).update(`${HEAD}.${claims}`).digest('base64url');
  return { Authorization: `Bearer ${HEAD}.${claims}.${signature}` };
}

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
