-- Takes one from each key of several calls, in Redis's own time.
--
-- KEYS: the keys of all calls, one after the other.
-- ARGV: for each call how many keys it has, then for each of them the interval (microseconds until one more is
--       free) and the count.
-- Returns two numbers a key: how many remain, and the microseconds until the quota is whole again;
--       or REFUSED, and the microseconds until one is free; or NOT_ASKED and 0.
local REFUSED, NOT_ASKED = -1, -2

local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])

-- Generic cell rate algorithm: a key holds the time at which its quota is whole again. A value that makes no sense
-- (not a number, or later than any call could have made it under this quota) is brought back into its bounds.
local function take(key, interval, count)
  local whole = interval * count
  local whole_at = tonumber(redis.call('GET', key) or '')
  if not (whole_at and whole_at > now) then whole_at = now end
  if whole_at > now + whole then whole_at = now + whole end

  local wait = whole_at + interval - whole - now
  if wait > 0 then return REFUSED, wait end

  local reset = whole_at + interval - now
  redis.call('SET', key, string.format('%.0f', now + reset), 'PX', math.ceil(reset / 1000))
  return math.floor((whole - reset) / interval), reset
end

local answers, key, arg = {}, 0, 0
while arg < #ARGV do
  arg = arg + 1
  local keys, gate_is_open = tonumber(ARGV[arg]), true
  for nth = 1, keys do
    key = key + 1
    local left, micros = NOT_ASKED, 0
    if gate_is_open then left, micros = take(KEYS[key], tonumber(ARGV[arg + 1]), tonumber(ARGV[arg + 2])) end
    if nth == 1 then gate_is_open = left ~= REFUSED end
    arg = arg + 2
    answers[2 * key - 1], answers[2 * key] = left, micros
  end
end
return answers
