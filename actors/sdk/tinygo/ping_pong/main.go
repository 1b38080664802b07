// The ping-pong of seed actor-microkernel: a ping is answered after 100 ms, message 0 ends it.
//
//	tinygo build -o ping_pong.wasm -target wasm-unknown -no-debug ./ping_pong
package main

import "orrery"

const (
	msgPing = 200
	msgPong = 201
)

//go:wasmexport handle_message
func handleMessage(msgType uint32, source int64, payload *byte, payloadSize uint32) int32 {
	switch msgType {
	case msgPing:
		// Others run meanwhile.
		orrery.MkSleepMs(100)
		orrery.MkSend(source, msgPong, payload, payloadSize)
		return 1
	case 0:
		return 0
	default:
		return 1
	}
}

func main() {}
