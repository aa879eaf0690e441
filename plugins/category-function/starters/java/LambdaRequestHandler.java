package example;

import java.util.Map;

/** Answers every event with a greeting. */
public class LambdaRequestHandler {
    public Map<String, Object> handleRequest(Map<String, Object> event) {
        System.out.println("event: " + event);
        return Map.of("statusCode", 200, "body", "\"Hello from Lambda!\"");
    }
}
