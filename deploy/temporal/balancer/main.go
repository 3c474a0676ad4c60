// balancer LISTEN FILE passes each connection on to the first address of FILE, one a line, that answers; they take turns.
// The file is read anew for each: whoever moves a service changes it.
package main

import (
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"sync/atomic"
	"time"
)

const patience = time.Second

var turn atomic.Uint32

func main() {
	listener, err := net.Listen("tcp", os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
	for {
		client, err := listener.Accept()
		if err != nil {
			fmt.Fprintln(os.Stderr, "error:", err)
			os.Exit(1)
		}
		go pass(client, os.Args[2])
	}
}

func pass(client net.Conn, file string) {
	defer client.Close()
	server := connect(file)
	if server == nil {
		return
	}
	defer server.Close()
	ended := make(chan struct{}, 2)
	go carry(server, client, ended)
	go carry(client, server, ended)
	<-ended
}

func connect(file string) net.Conn {
	text, err := os.ReadFile(file)
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		return nil
	}
	addresses := strings.Fields(string(text))
	first := int(turn.Add(1))
	for tried := range addresses {
		address := addresses[(first+tried)%len(addresses)]
		server, err := net.DialTimeout("tcp", address, patience)
		if err == nil {
			return server
		}
		fmt.Fprintln(os.Stderr, time.Now().UTC().Format(time.RFC3339), address, "does not answer:", err)
	}
	return nil
}

func carry(to, from net.Conn, ended chan<- struct{}) {
	io.Copy(to, from)
	ended <- struct{}{}
}
