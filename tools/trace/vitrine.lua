-- Wireshark's and tshark's way to read `vitrine trace --to pcapng` files.
--
--     wireshark -X lua_script:tools/trace/vitrine.lua run.pcapng
--     (or copy it into the personal plug-in folder, Help > About > Folders)
--
-- A packet is a record of the trace, the number of the packet it answers,
-- and four texts (pcapng.c writes them). Requests and replies are linked both
-- ways; a call nobody answered carries a warning.

local vitrine = Proto("vitrine", "Vitrine IPC")

local kinds = {
  [0] = "call", "send", "reply", "interrupt", "fault", "invoke", "result",
  "error", "report", "note",
}
local calls = { [0] = true, [4] = true, [5] = true }
local RECORD, TEXTS = 64, 69

local f = vitrine.fields
f.time = ProtoField.uint64("vitrine.time", "Virtual time (ns)")
f.thread = ProtoField.uint32("vitrine.thread", "Thread")
f.event = ProtoField.uint16("vitrine.event", "Event")
f.cpu = ProtoField.uint8("vitrine.cpu", "CPU")
f.flags = ProtoField.uint8("vitrine.flags", "Flags", base.HEX)
f.arg = ProtoField.uint64("vitrine.arg", "Argument", base.HEX)
f.kind = ProtoField.uint8("vitrine.kind", "Kind", base.DEC, kinds)
f.name = ProtoField.string("vitrine.name", "Event name")
f.from = ProtoField.string("vitrine.from", "From")
f.to = ProtoField.string("vitrine.to", "To")
f.text = ProtoField.string("vitrine.text", "Says")
f.protocol = ProtoField.int64("vitrine.protocol", "Protocol (tag's label)")
f.request = ProtoField.framenum("vitrine.request", "Answers",
                                base.NONE, frametype.REQUEST)
f.reply = ProtoField.framenum("vitrine.reply", "Answered by",
                              base.NONE, frametype.RESPONSE)
f.latency = ProtoField.uint64("vitrine.latency", "Latency (ns)")

local unanswered = ProtoExpert.new("vitrine.unanswered", "never answered",
                                   expert.group.SEQUENCE, expert.severity.WARN)
vitrine.experts = { unanswered }

local reply_of, time_of = {}, {}

function vitrine.init()
  reply_of, time_of = {}, {}
end

-- Both directions of a link, as far as they are known by now.
local function add_links(buffer, tree, number, kind, time)
  local request = buffer(RECORD + 1, 4):le_uint()
  time_of[number] = time
  if request > 0 then
    reply_of[request] = number
    tree:add(f.request, buffer(RECORD + 1, 4), request)
    if time_of[request] then
      tree:add(f.latency, time - time_of[request]):set_generated()
    end
  elseif reply_of[number] then
    tree:add(f.reply, reply_of[number]):set_generated()
  end
  return request
end

-- The tag of the record, where its event has one: nil else.
local function tag_offset(event, kind)
  if event == 16 then return 16 + 3 * 8 end -- IPC
  if event == 19 then return 16 + 3 * 8 end -- INVOKE
  if event == 20 then return 16 + 1 * 8 end -- RESULT
end

function vitrine.dissector(buffer, pinfo, root)
  if buffer:len() < TEXTS then return 0 end
  local tree = root:add(vitrine, buffer())
  local kind = buffer(RECORD, 1):uint()
  local event = buffer(12, 2):le_uint()
  local time = buffer(0, 8):le_uint64()

  tree:add_le(f.time, buffer(0, 8))
  tree:add_le(f.thread, buffer(8, 4))
  tree:add_le(f.event, buffer(12, 2))
  tree:add(f.cpu, buffer(14, 1))
  tree:add(f.flags, buffer(15, 1))
  for i = 0, 5 do tree:add_le(f.arg, buffer(16 + 8 * i, 8)) end
  tree:add(f.kind, buffer(RECORD, 1))

  local at, texts = TEXTS, {}
  for i, field in ipairs({ f.name, f.from, f.to, f.text }) do
    local range = buffer(at)
    texts[i] = range:stringz()
    tree:add(field, buffer(at, #texts[i]), texts[i])
    at = at + #texts[i] + 1
  end
  local tag = tag_offset(event, kind)
  if tag then
    tree:add(f.protocol, buffer(tag, 8),
             Int64.new(buffer(tag, 4):le_uint(), buffer(tag + 4, 4):le_uint())
               :arshift(16))
  end

  local request = add_links(buffer, tree, pinfo.number, kind, time)
  if calls[kind] and pinfo.visited and not reply_of[pinfo.number] then
    tree:add_proto_expert_info(unanswered)
  end
  pinfo.cols.protocol = "L4 " .. (kinds[kind] or "?")
  pinfo.cols.src = texts[2]
  pinfo.cols.dst = texts[3]
  pinfo.cols.info = texts[4]
  return buffer:len()
end

DissectorTable.get("wtap_encap"):add(wtap.USER0, vitrine)
