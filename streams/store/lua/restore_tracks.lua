-- Writes the position tracks that a rebuild folded from the log. ARGV[1]: owner of the rebuild; ARGV[2]: {id, time of the accepted
-- fix, {field, value, ...}} ..., packed, all strings. Returns how many.

local refused = refusal(ARGV[1])
if refused then return refused end

local tracks = cmsgpack.unpack(ARGV[2])
for _, track in ipairs(tracks) do
  call('HSET', KEY.volunteer .. track[1], unpack(track[3]))
  let_expire(KEY.volunteer .. track[1])
  call('ZADD', KEY.fixes, track[2] + FIX_AGE_MS, track[1])
end
return #tracks
