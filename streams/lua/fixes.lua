-- The firehose: many fixes, each the newest of its person in the batch. Most people stand still, so the common way touches
-- nothing but the hash. ARGV[1]: owner of the rebuild, '' otherwise; ARGV[2]: {id, lon, lat, accuracy, at} ..., packed.
-- Gives how many were newer than what was stored.

local refused = refusal(ARGV[1])
if refused then return refused end

local now = now_ms()
local restoring = ARGV[1] ~= ''

local function settle(id)
  local person = load_person(id)
  if reindex(person, now) and not restoring then wake(person, now, nil) end
end

local count = 0
for _, fix in ipairs(cmsgpack.unpack(ARGV[2])) do
  local id, lon, lat, at = fix[1], fix[2], fix[3], fix[5]
  local key = KEY.volunteer .. id
  local stored, duty, mode, x, y = unpack(call('HMGET', key, 'at', 'du', 'im', 'ix', 'iy'))
  if not stored or at > tonumber(stored) then
    count = count + 1
    call('HSET', key, 'x', lon, 'y', lat, 'ac', fix[4], 'at', at)
    if not stored then call('ZADD', KEY.fixes, at + FIX_AGE_MS, id) end
    -- An old fix may mean the home place instead, so only a fresh one takes the short way.
    if duty == '1' and not (mode and now - at <= FIX_AGE_MS and metres(x, y, lon, lat) <= STILL_M) then settle(id) end
  end
end
return count
