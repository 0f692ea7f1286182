-- Adds people to the indexes at the end of a rebuild. ARGV: owner of the rebuild, then ids.

local refused = refusal(ARGV[1])
if refused then return refused end

local now = now_ms()
placed = {}
for i = 2, #ARGV do
  reindex(load_person(ARGV[i]), now)
  let_expire(KEY.volunteer .. ARGV[i])
end
place_all()
return #ARGV - 1
