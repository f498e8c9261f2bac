-- Buses for the drivers of a system: starts io, which has sigma0 and icu in
-- their place, and makes a bus for each name.
--
--   local bus = dofile("rom/buses.lua"){disk = 'Io.match("virtio-block")'}
--   loader:start({caps = {vbus = bus.disk, block_server = gate:svr()}},
--                "rom/block")
--
-- On the right stands what is on the bus, in io's Lua (description.c). A second
-- argument has options of loader:start() for io itself, and
--
--   share = true     buses may have devices whose registers share a page (all
--                    virtio devices of x86_64, eight at a time on aarch64)
--   patience = 2000  so many ms drivers may hold up sleep and end
--
-- The second result is io, as an app.
local L4 = require("L4")

return function(devices, options)
  local loader, bus, names, text = L4.default_loader, {}, {}, ""
  options = options or {}
  options.caps = options.caps or {}
  options.caps.sigma0, options.caps.icu = L4.Env.sigma0, L4.Env.icu
  options.log = options.log or {"io", "blue"}
  for name in pairs(devices) do names[#names + 1] = name end
  table.sort(names) -- pairs() has no order
  for _, name in ipairs(names) do
    bus[name] = loader:new_channel("bus-" .. name)
    options.caps[name] = bus[name]:svr()
    text = text .. ("Io.bus(%q, {%s}, {share = %s})\n"):format(
      name, devices[name], options.share or false)
  end
  if options.patience then
    text = text .. ("Io.patience(%d)\n"):format(options.patience)
  end
  options.share, options.patience = nil, nil
  return bus, loader:startv(options, "rom/io", text)
end
