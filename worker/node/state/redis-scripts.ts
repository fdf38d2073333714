/**
 * What Redis does in one step. Each script is Lua, which Redis and Valkey run without any other command
 * in between: https://valkey.io/topics/eval-intro/
 */

/** Stores a value. KEYS: entry, names, expirations. ARGV: name, value, metadata, expiration or ''. */
export const PUT = `
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'value', ARGV[2])
if ARGV[3] ~= '' then redis.call('HSET', KEYS[1], 'metadata', ARGV[3]) end
if ARGV[4] ~= '' then
  redis.call('EXPIREAT', KEYS[1], ARGV[4])
  redis.call('ZADD', KEYS[3], ARGV[4], ARGV[1])
else
  redis.call('ZREM', KEYS[3], ARGV[1])
end
redis.call('ZADD', KEYS[2], 0, ARGV[1])`;

/**
 * Lists names with their metadata, at most so many, in the order of their bytes. Names whose entry has
 * expired are left out. KEYS: names. ARGV: what entries' keys start with, from, to, limit.
 */
export const LIST = `
local rows = {}
local from = ARGV[2]
local left = tonumber(ARGV[4])
while left > 0 do
  local names = redis.call('ZRANGEBYLEX', KEYS[1], from, ARGV[3], 'LIMIT', 0, left)
  if #names == 0 then break end
  for _, name in ipairs(names) do
    local entry = redis.call('HMGET', ARGV[1] .. name, 'value', 'metadata')
    if entry[1] then
      rows[#rows + 1] = name
      rows[#rows + 1] = entry[2] or ''
      left = left - 1
    end
  end
  from = '(' .. names[#names]
end
return rows`;

/** Forgets names whose entry has expired. KEYS: names, expirations. ARGV: prefix, seconds, most. */
export const PURGE = `
local names = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', ARGV[2], 'LIMIT', 0, ARGV[3])
for _, name in ipairs(names) do
  if redis.call('EXISTS', ARGV[1] .. name) == 0 then redis.call('ZREM', KEYS[1], name) end
  redis.call('ZREM', KEYS[2], name)
end
return #names`;

/**
 * Changes an account unless somebody else has changed it since it was read. KEYS: account. ARGV: the
 * version that was read, the new one, when all of it can be forgotten (or 'never'), then ids, each
 * followed by its upload or ''. Returns 1, or 0 if the version is another one.
 */
export const CHANGE_ACCOUNT = `
if (redis.call('HGET', KEYS[1], '') or '') ~= ARGV[1] then return 0 end
if #ARGV == 3 then return 1 end
local isNew = redis.call('EXISTS', KEYS[1]) == 0
for i = 4, #ARGV, 2 do
  if ARGV[i + 1] == '' then
    redis.call('HDEL', KEYS[1], ARGV[i])
  else
    redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1])
  end
end
redis.call('HSET', KEYS[1], '', ARGV[2])
if redis.call('HLEN', KEYS[1]) == 1 then
  redis.call('DEL', KEYS[1])
elseif ARGV[3] == 'never' then
  redis.call('PERSIST', KEYS[1])
elseif isNew then
  redis.call('EXPIREAT', KEYS[1], ARGV[3])
else
  redis.call('EXPIREAT', KEYS[1], ARGV[3], 'GT')
end
return 1`;

/** Takes or extends a lease. KEYS: lease. ARGV: holder, milliseconds. Returns 1 if the holder has it. */
export const LEASE = `
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1`;

/** Gives a lease back. KEYS: lease. ARGV: holder. */
export const RELEASE = `
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end`;
