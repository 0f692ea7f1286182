-- What a person was asked and has done of late.

local function sum_now(sum, now, half_life)
  return sum and 2 ^ (sum - now / half_life) or 0
end

-- Offers of the last hour and of the last day.
local function offers_lately(id, now)
  local offers = KEY.offers_of .. id
  local day = call('ZCOUNT', offers, now - 86400000, '+inf')
  return day > 0 and call('ZCOUNT', offers, now - 3600000, '+inf') or 0, day
end
