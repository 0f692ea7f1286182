-- Extends the life of keys that hold places of people. ARGV[1]: ids of people, packed; ARGV[2]: age of this pass in ms, or ''.
-- With an age, the pass has extended everybody, so the ready key may live READY_TTL_S from its begin. A worker that was away for
-- longer finds no ready key and rebuilds, instead of searching indexes from which people have gone.

local refused = refusal('')
if refused then return refused end

local indexes = {}
for _, id in ipairs(cmsgpack.unpack(ARGV[1])) do
  local key = KEY.volunteer .. id
  let_expire(key)
  local mode, skills = unpack(call('HMGET', key, 'im', 'is'))
  if mode then
    for skill in words(skills) do indexes[GEO_OF_MODE[mode] .. skill] = true end
  end
end
for key in pairs(indexes) do let_expire(key) end
if ARGV[2] ~= '' then
  local left = READY_TTL_S * 1000 - tonumber(ARGV[2])
  if left > 0 then call('PEXPIRE', KEY.ready .. (this_run()), left) end
end
return 1
