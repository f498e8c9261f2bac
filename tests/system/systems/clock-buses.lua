-- The bus of clock.cfg: the clock, whichever kind the machine has.
Io.bus("clock", {Io.match("google,goldfish-rtc") or Io.match("arm,pl031") or
                 Io.match("motorola,mc146818")})
