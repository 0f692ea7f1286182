-- The firehose: many fixes, each the newest of its person in the batch. Most people stand still, so the common way touches
-- nothing but the hash; people who walk keep their indexes and only move in them. ARGV[1]: owner of the rebuild, '' otherwise;
-- ARGV[2]: {id, lon, lat, accuracy, at} ..., packed, all text. Gives how many were newer than what was stored. The rebuild
-- indexes everybody at its end (restore_index.lua).

local refused = refusal(ARGV[1])
if refused then return refused end

local now = now_ms()
local restoring = ARGV[1] ~= ''
local wakes = not restoring and call('EXISTS', KEY.shortfalls, KEY.scarce) > 0

local function settle(id)
  local person = load_person(id)
  if reindex(person, now) and wakes then wake(person, now, nil) end
end

placed = {}
local count = 0
for _, fix in ipairs(cmsgpack.unpack(ARGV[2])) do
  local id, lon, lat, at = fix[1], fix[2], fix[3], fix[5]
  local key = KEY.volunteer .. id
  local stored, mode, skills, x, y, duty = unpack(call('HMGET', key, 'at', 'im', 'is', 'ix', 'iy', 'du'))
  if not stored or tonumber(at) > tonumber(stored) then
    count = count + 1
    if not stored then call('ZADD', KEY.fixes, at + FIX_AGE_MS, id) end
    if restoring or duty ~= '1' then
      call('HSET', key, 'x', lon, 'y', lat, 'ac', fix[4], 'at', at)
    elseif not mode or now - at > FIX_AGE_MS then
      -- Not indexed yet, or so old a fix that the home place may count instead.
      call('HSET', key, 'x', lon, 'y', lat, 'ac', fix[4], 'at', at)
      settle(id)
    elseif is_still(x, y, lon, lat) then
      call('HSET', key, 'x', lon, 'y', lat, 'ac', fix[4], 'at', at)
    else
      move_field(id, mode, skills, lon, lat)
      call('HSET', key, 'x', lon, 'y', lat, 'ac', fix[4], 'at', at, 'ix', lon, 'iy', lat)
      if wakes and mode == 'f' and district(x, y) ~= district(lon, lat) then wake(load_person(id), now, nil) end
    end
  end
end
place_all()
return count
