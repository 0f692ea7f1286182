-- Writes the folded statistics. ARGV[1]: owner of the rebuild; ARGV[2]: {people = {{id, accepted, refused, work, worked at or '',
-- heavy, upheld, overruled} ...}, cells = {{cell, accepted, refused} ...}}, packed, sums as strings. Unknown people are skipped.

local refused = refusal(ARGV[1])
if refused then return refused end

local FIELDS = {'ey', 'en', 'wk', 'we', 'wh', 'tu', 'to'}
local item = cmsgpack.unpack(ARGV[2])
for _, person in ipairs(item.people) do
  local key = KEY.volunteer .. person[1]
  if call('HEXISTS', key, 'v') == 1 then
    for n, name in ipairs(FIELDS) do
      if person[n + 1] ~= '' then call('HSET', key, name, person[n + 1]) end
    end
  end
end
for _, cell in ipairs(item.cells) do
  if cell[2] ~= '' then call('HSET', KEY.priors, cell[1] .. '|y', cell[2]) end
  if cell[3] ~= '' then call('HSET', KEY.priors, cell[1] .. '|n', cell[3]) end
end
return 1
