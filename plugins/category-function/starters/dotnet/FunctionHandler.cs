using System;
using System.IO;
using System.Text;

namespace NAMESPACE
{
    /// <summary>Answers every event with a greeting.</summary>
    public class CLASS
    {
        public Stream LambdaHandler(Stream input)
        {
            using var reader = new StreamReader(input);
            Console.WriteLine($"event: {reader.ReadToEnd()}");
            return new MemoryStream(Encoding.UTF8.GetBytes("{\"statusCode\": 200, \"body\": \"\\\"Hello from Lambda!\\\"\"}"));
        }
    }
}
