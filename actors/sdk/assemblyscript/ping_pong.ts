// The ping-pong of seed actor-microkernel: a ping is answered after 100 ms, message 0 ends it.
//
//   asc ping_pong.ts -o ping_pong.wasm -O --runtime stub --use abort=
import { mk_send, mk_sleep_ms } from "./orrery";

const MSG_PING: u32 = 200;
const MSG_PONG: u32 = 201;

export function handle_message(msgType: u32, source: i64, payload: usize, payloadSize: usize): i32 {
  switch (msgType) {
    case MSG_PING:
      // Others run meanwhile.
      mk_sleep_ms(100);
      mk_send(source, MSG_PONG, payload, payloadSize);
      return 1;
    case 0:
      return 0;
    default:
      return 1;
  }
}
