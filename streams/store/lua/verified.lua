-- Copies the ends of a known person's verifications into their hash (`vs`), where searches and wake-ups read them.

local function refresh_verified(person)
  if not person.v then return end
  local stored, list = call('HGETALL', KEY.verified .. person.id), {}
  for i = 1, #stored, 2 do
    local ends = tonumber(string.match(stored[i + 1], '^%d+|(%d+)|'))
    if stored[i] ~= '' and ends > 0 then list[#list + 1] = stored[i] .. ':' .. string.format('%.0f', ends) end
  end
  -- Sorted: a rebuild must write the same text.
  table.sort(list)
  person.vs = #list > 0 and table.concat(list, ',') or nil
  if person.vs then call('HSET', person.key, 'vs', person.vs) else call('HDEL', person.key, 'vs') end
end
