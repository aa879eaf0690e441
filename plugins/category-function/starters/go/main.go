// Answers every event with a greeting.
package main

import (
	"encoding/json"
	"log"
)

type response struct {
	StatusCode int    `json:"statusCode"`
	Body       string `json:"body"`
}

func handle(event json.RawMessage) (any, error) {
	log.Printf("event: %s", event)
	return response{StatusCode: 200, Body: `"Hello from Lambda!"`}, nil
}

func main() {
	serve(handle)
}
