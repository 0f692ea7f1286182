-- A person's recent offers and answers.

local function sum_now(sum, now, half_life)
  return sum and 2 ^ (sum - now / half_life) or 0
end

-- Number of offers in the last hour and in the last day.
local function offers_lately(id, now)
  local offers = KEY.offers_of .. id
  local day = call('ZCOUNT', offers, now - 86400000, '+inf')
  return day > 0 and call('ZCOUNT', offers, now - 3600000, '+inf') or 0, day
end
