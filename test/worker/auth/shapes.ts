/** Tokens and key sets as identity providers make them, by the providers' own documentation. */

export interface Shape {
  /** A page that shows such a token. */
  readonly source: string;
  readonly alg: string;
  readonly header: Readonly<Record<string, unknown>>;
  /** Without `iss`, `iat` and `exp`. */
  readonly claims: Readonly<Record<string, unknown>>;
  /** What `JWT_AUDIENCE` is for it. */
  readonly audience: string;
  /** Claims that make it a token for another app. */
  readonly elsewhere: Readonly<Record<string, unknown>>;
  /** Members of the published key that are not usual; undefined: not published. */
  readonly key?: Readonly<Record<string, unknown>>;
}

export const SHAPES: Readonly<Record<string, Shape>> = {
  'Cognito’s access token, which has no aud and no typ': {
    source:
      'https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-access-token.html',
    alg: 'RS256',
    header: { typ: undefined },
    claims: {
      sub: 'aaaaaaaa-bbbb-cccc-dddd-example',
      client_id: 'client-of-cognito',
      token_use: 'access',
      scope: 'openid',
      username: 'janedoe',
      jti: 'c7b1',
    },
    audience: 'client-of-cognito',
    elsewhere: { client_id: 'another-client' },
  },
  'Cognito’s id token': {
    source:
      'https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-id-token.html',
    alg: 'RS256',
    header: { typ: undefined },
    claims: { sub: 'aaaaaaaa', aud: 'client-of-cognito', token_use: 'id', email: 'j@e.example' },
    audience: 'client-of-cognito',
    elsewhere: { aud: 'another-client' },
  },
  'Clerk’s session token, whose azp is the page': {
    source: 'https://clerk.com/docs/backend-requests/resources/session-tokens',
    alg: 'RS256',
    header: { cat: 'cl_B7d4PD111AAA' },
    claims: { sub: 'user_2a', azp: 'https://app.example.com', sid: 'sess_1', v: 2, fva: [1, -1] },
    audience: 'https://app.example.com',
    elsewhere: { azp: 'https://evil.example' },
  },
  'Auth0’s access token, signed by PS256': {
    source: 'https://auth0.com/docs/secure/tokens/access-tokens/access-token-profiles',
    alg: 'PS256',
    header: { typ: 'at+jwt' },
    claims: {
      sub: 'auth0|5f7c',
      aud: ['https://uploads.example.com', 'https://tenant.auth0.com/userinfo'],
      client_id: 'page',
      azp: 'page',
      scope: 'openid',
    },
    audience: 'https://uploads.example.com',
    elsewhere: { aud: ['https://mail.example.com', 'https://tenant.auth0.com/userinfo'] },
  },
  'an access token with its media type in full': {
    source: 'https://www.rfc-editor.org/rfc/rfc9068#section-2.1',
    alg: 'RS256',
    header: { typ: 'application/at+jwt' },
    claims: { sub: 'u', aud: 'https://uploads.example.com', client_id: 'page', jti: 'd1' },
    audience: 'https://uploads.example.com',
    elsewhere: { aud: 'https://mail.example.com' },
  },
  'Keycloak’s access token, signed by ES384': {
    source: 'https://www.keycloak.org/docs/latest/server_admin/',
    alg: 'ES384',
    header: {},
    claims: { sub: '7c5b', aud: ['uploads', 'account'], azp: 'page', typ: 'Bearer', acr: '1' },
    audience: 'uploads',
    elsewhere: { aud: 'account', azp: 'uploads' },
  },
  'Entra’s access token, whose key names no algorithm': {
    source: 'https://learn.microsoft.com/entra/identity-platform/access-tokens',
    alg: 'RS256',
    header: { x5t: 'thumbprint' },
    claims: { sub: 'AAAA', aud: 'api://uploads', azp: 'page', ver: '2.0', tid: 'tenant' },
    audience: 'api://uploads',
    elsewhere: { aud: '00000003-0000-0000-c000-000000000000' },
    key: { alg: undefined, x5t: 'thumbprint', issuer: 'https://login.microsoftonline.com/' },
  },
};
