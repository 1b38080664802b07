// Answers what it is sent, in a loop of its own, and logs how a call is refused.
//
//   asc greeter.ts -o greeter.wasm -O --runtime stub --use abort=
import { Message, log, refusalText, send, sys_log } from "./orrery";

export function _start(): void {
  log(refusalText(send(63, 1, 0, 0)));
  const message = new Message();
  while (0 <= message.receive()) {
    sys_log(message.payload, message.len);
    message.reply(message.opcode + 1, message.payload, message.len);
  }
}
