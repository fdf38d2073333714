declare namespace Cloudflare {
  /** What the app itself reads; `optionsFrom` reads the rest. */
  interface Env {
    readonly JWT_SECRET: string;
  }
}
