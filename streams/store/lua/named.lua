-- Open incidents by external id. ARGV[1]: digests of ids, packed; ARGV[2]: an id shared by more incidents than this matches none.
-- Returns for each digest the entries written by streams/store/nearby.py.

local refused = refusal('')
if refused then return refused end

local answer = {}
for i, digest in ipairs(cmsgpack.unpack(ARGV[1])) do
  local key = KEY.external .. digest
  answer[i] = call('HLEN', key) <= tonumber(ARGV[2]) and call('HVALS', key) or {}
end
return answer
