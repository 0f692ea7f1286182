-- Counts people on duty by ranges of scores. ARGV[1]: skill; ARGV[2]: {from, up to but not including} of each cell, packed.
-- Returns number of the cell, free and engaged people, for each cell that has any. Nobody is named.

local refused = refusal('')
if refused then return refused end

local free_index, engaged_index = KEY.field_index .. ARGV[1], KEY.engaged_index .. ARGV[1]
local has_free, has_engaged = call('EXISTS', free_index) == 1, call('EXISTS', engaged_index) == 1
local answer = {}
for number, range in ipairs(cmsgpack.unpack(ARGV[2])) do
  local free = has_free and call('ZCOUNT', free_index, range[1], '(' .. range[2]) or 0
  local engaged = has_engaged and call('ZCOUNT', engaged_index, range[1], '(' .. range[2]) or 0
  if free + engaged > 0 then
    local size = #answer
    answer[size + 1], answer[size + 2], answer[size + 3] = number, free, engaged
  end
end
return answer
