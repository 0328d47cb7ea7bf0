-- Notes a comment under its bands, in Redis's own time, and tells which others have one of them.
--
-- KEYS: the bands, all of one slot.
-- ARGV: the comment's id, how long it counts in milliseconds, how many a band remembers.
-- Returns the ids of each band, its own among them where it was noted before.
local id, window, most = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local found = {}
for _, key in ipairs(KEYS) do
  redis.call('ZREMRANGEBYSCORE', key, '-inf', now - window)
  for _, other in ipairs(redis.call('ZRANGE', key, 0, -1)) do found[#found + 1] = other end
  redis.call('ZADD', key, 'NX', now, id)
  redis.call('ZREMRANGEBYRANK', key, 0, -(most + 1))
  redis.call('PEXPIRE', key, window)
end
return found
