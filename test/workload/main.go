// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"
)

func main() {
	plain := flag.String("http", ":8080", "address to serve HTTP at")
	secure := flag.String("https", ":8443", "address to serve HTTPS at, if there is a certificate")
	certificates := flag.String("certificates", "", "folder with tls.crt and tls.key; without it there is no HTTPS")
	files := flag.String("files", "/tmp", "folder of the files")
	hostname := flag.Bool("hostname", false, "print the name of the host and end")
	flag.Parse()
	if *hostname {
		name, err := os.Hostname()
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(name)
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), unix.SIGINT, unix.SIGTERM)
	defer stop()
	ended := make(chan error, 2)
	servers := []*http.Server{{Addr: *plain, Handler: handler(*files), ReadHeaderTimeout: time.Minute}}
	log.Print("serving") // What tests look for.
	go func() { ended <- servers[0].ListenAndServe() }()
	if *certificates != "" {
		server := &http.Server{Addr: *secure, Handler: handler(*files), ReadHeaderTimeout: time.Minute}
		servers = append(servers, server)
		go func() {
			ended <- server.ListenAndServeTLS(filepath.Join(*certificates, "tls.crt"), filepath.Join(*certificates, "tls.key"))
		}()
	}
	select {
	case err := <-ended:
		log.Fatal(err) //nolint:gocritic // Nothing is left to stop.
	case <-ctx.Done():
	}
	var errs []error
	for _, server := range servers {
		errs = append(errs, server.Close())
	}
	if err := errors.Join(errs...); err != nil {
		log.Print(err)
	}
}
