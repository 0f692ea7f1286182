-- Writes commands with the offsets of their first decisions, and the progress of a partition. ARGV[1]: owner of the rebuild;
-- ARGV[2]: {commands = {{id, offset} ...}, partition, refused = {{offer, volunteer} ...}, ending = {{member, offset} ...},
-- applied, published}, packed.

local refused = refusal(ARGV[1])
if refused then return refused end

local item = cmsgpack.unpack(ARGV[2])
for _, command in ipairs(item.commands) do
  call('SET', KEY.command .. command[1], command[2], 'EX', COMMAND_TTL_S)
end
if item.partition then
  call('DEL', KEY.refused .. item.partition)
  for _, hold in ipairs(item.refused) do
    call('HSET', KEY.refused .. item.partition, hold[1], hold[2])
    call('ZADD', KEY.voids, 'NX', now_ms(), 'offer|' .. hold[1])
  end
  call('DEL', KEY.ending .. item.partition)
  for _, entry in ipairs(item.ending) do call('ZADD', KEY.ending .. item.partition, entry[2], entry[1]) end
  call('HSET', KEY.progress .. item.partition, 'applied', item.applied, 'published', item.published)
end
return 1
