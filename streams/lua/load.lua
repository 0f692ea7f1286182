-- The clock, then for each pair of command and incident in ARGV: offset of the first decision, state.

local refused = refusal('')
if refused then return refused end

local keys = {}
for i = 1, #ARGV, 2 do
  keys[i] = KEY.command .. ARGV[i]
  keys[i + 1] = KEY.incident .. ARGV[i + 1]
end
local known = {}
if #keys > 0 then known = call('MGET', unpack(keys)) end
return {now_ms(), known}
