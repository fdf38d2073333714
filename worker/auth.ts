/** Who is calling. Each kind of authentication is one function from a request to a caller. */

export type { Authenticate, Caller } from './auth/caller.ts';
export { anonymous, type AnonymousOptions } from './auth/anonymous.ts';
export { basic, type BasicOptions } from './auth/basic.ts';
export { cloudflareAccess, type AccessOptions } from './auth/access.ts';
export { jwks, type JwksOptions } from './auth/jwks.ts';
export { jwtSecret, type JwtSecretOptions } from './auth/jwt-secret.ts';
