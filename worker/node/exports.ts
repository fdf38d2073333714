/** `s3-upload-element/node`: what the signer needs on Node.js, Bun and Deno, beside `/worker`. */
export { builtPage, createAssets, type Assets } from './http/assets.ts';
export { behindProxies, type Connection } from './http/proxies.ts';
export { nodeOptionsFrom } from './options.ts';
export { memoryRateLimit } from './rate-limit.ts';
export { redisState, type RedisOptions } from './state/redis.ts';
export { sqliteState } from './state/sqlite.ts';
export type { SignerState, StateOptions } from './state/state.ts';
export { startUpkeep, type RunningUpkeep } from './upkeep.ts';
