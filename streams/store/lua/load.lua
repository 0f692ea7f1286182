-- ARGV: pairs of command id and incident id. Returns the time (ms), then for each pair the offset of the command's first decision
-- and the incident's state, then the row of the prior table.

local refused = refusal('')
if refused then return refused end

local keys = {}
for i = 1, #ARGV, 2 do
  keys[i] = KEY.command .. ARGV[i]
  keys[i + 1] = KEY.incident .. ARGV[i + 1]
end
local known = {}
-- MGET without keys is an error.
if #keys > 0 then known = call('MGET', unpack(keys)) end

-- The prior table at this hour: sums of accepted and declined offers of all people, per distance band.
local now = now_ms()
local hour = math.floor((now + LOCAL_OFFSET_MS) / 3600000) % 24
local cells = {}
for _, band in ipairs(BANDS) do
  cells[#cells + 1] = hour .. '|' .. band .. '|y'
  cells[#cells + 1] = hour .. '|' .. band .. '|n'
end
return {now, known, call('HMGET', KEY.priors, unpack(cells))}
