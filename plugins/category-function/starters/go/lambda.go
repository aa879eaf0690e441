package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
)

// serve fetches one event after the other from Lambda and returns what the handler gives. It needs the standard library
// only, so that the function builds without downloads; github.com/aws/aws-lambda-go can take its place.
func serve(handler func(event json.RawMessage) (any, error)) {
	base := "http://" + os.Getenv("AWS_LAMBDA_RUNTIME_API") + "/2018-06-01/runtime/invocation/"
	for {
		event, id, err := next(base)
		if err != nil {
			log.Fatal(err)
		}
		result, err := call(handler, event)
		if err != nil {
			log.Print(err)
			failure := map[string]string{"errorMessage": err.Error(), "errorType": "Error"}
			err = post(base+id+"/error", failure)
		} else {
			err = post(base+id+"/response", result)
		}
		if err != nil {
			log.Fatal(err)
		}
	}
}

func next(base string) (json.RawMessage, string, error) {
	reply, err := http.Get(base + "next")
	if err != nil {
		return nil, "", err
	}
	defer reply.Body.Close()
	event, err := io.ReadAll(reply.Body)
	return event, reply.Header.Get("Lambda-Runtime-Aws-Request-Id"), err
}

// call turns a panic of the handler into an error of this one event.
func call(handler func(json.RawMessage) (any, error), event json.RawMessage) (result any, err error) {
	defer func() {
		if reason := recover(); reason != nil {
			err = fmt.Errorf("panic: %v", reason)
		}
	}()
	return handler(event)
}

func post(address string, value any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	reply, err := http.Post(address, "application/json", bytes.NewReader(text))
	if err != nil {
		return err
	}
	return reply.Body.Close()
}
