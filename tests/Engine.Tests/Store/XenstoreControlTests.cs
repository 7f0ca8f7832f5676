using System.Text;
using NUnit.Framework;
using Rebound.Engine.Xen.Store;

namespace Rebound.Engine.Tests.Store;

/// <summary>The store between back ends, which see everything, and a domain, which does not.</summary>
[TestFixture]
public sealed class XenstoreControlTests
{
    private const ushort Guest = 7;
    private const string Home = "/local/domain/7";

    private Queue<XenstoreMessage> _output = null!;
    private XenstoreServer _server = null!;
    private uint _request;

    [SetUp]
    public void SetUp()
    {
        _output = new Queue<XenstoreMessage>();
        _server = new XenstoreServer(Guest, _output);
        _server.Write(Home, "", XenstorePermissions.ReadableBy(Guest));
        _server.Write($"{Home}/data", "", XenstorePermissions.OwnedBy(Guest));
        _request = 0;
    }

    [Test]
    public void A_back_end_hears_of_what_the_domain_does()
    {
        var heard = new List<string?>();
        _server.Watch($"{Home}/data/state", () => heard.Add(_server.Read($"{Home}/data/state")));
        Ask(XenstoreOperation.Write, "data/other\05");
        Ask(XenstoreOperation.Write, "data/state\03");
        Ask(XenstoreOperation.Write, "data/state/below\0x");
        Ask(XenstoreOperation.Write, "data/statement\0x");
        Ask(XenstoreOperation.Remove, "data/state\0");
        Ask(XenstoreOperation.Write, "data/state\04");
        Ask(XenstoreOperation.Remove, "data\0");
        Assert.That(heard, Is.EqualTo(new[] { "3", "3", null, "4", null }));
    }

    [Test]
    public void A_back_end_hears_of_a_transaction_when_it_is_complete()
    {
        var heard = new List<string?>();
        _server.Watch($"{Home}/data/state", () => heard.Add(_server.Read($"{Home}/data/ring")));
        uint transaction = uint.Parse(Ask(XenstoreOperation.TransactionStart, "\0").TrimEnd('\0'));
        Ask(XenstoreOperation.Write, "data/state\03", transaction);
        Ask(XenstoreOperation.Write, "data/ring\08", transaction);
        Assert.That(heard, Is.Empty);
        Ask(XenstoreOperation.TransactionEnd, "T\0", transaction);
        Assert.That(heard, Is.EqualTo(new[] { "8" }), "the node written after the state is there");
    }

    [Test]
    public void Back_ends_may_answer_each_other()
    {
        var order = new List<string>();
        _server.Watch("/a", () =>
        {
            order.Add("a begins");
            if (_server.Read("/b") is null)
                _server.Write("/b", "1");
            order.Add("a ends");
        });
        _server.Watch("/b", () =>
        {
            order.Add("b");
            _server.Write("/a", "2");
        });
        _server.Write("/a", "1");
        Assert.That(order, Is.EqualTo(new[] { "a begins", "a ends", "b", "a begins", "a ends" }));
    }

    [Test]
    public void A_domain_hears_nothing_of_what_it_may_not_read()
    {
        Ask(XenstoreOperation.Watch, "/local\0t\0");
        Events();
        _server.Write("/local/domain/0/secret", "1", XenstorePermissions.OwnedBy(0));
        _server.Write("/local/domain/0/secret/below", "1");
        Assert.That(Events(), Is.Empty);
        _server.Write("/local/domain/0/open", "1", XenstorePermissions.ReadableBy(Guest));
        Assert.That(Events(), Is.EqualTo(new[] { "/local/domain/0/open" }));
    }

    /// <summary>The right to read may come or go with the change.</summary>
    [Test]
    public void A_domain_hears_of_what_it_could_read_before()
    {
        _server.Write("/local/domain/0/open", "1", XenstorePermissions.ReadableBy(Guest));
        Ask(XenstoreOperation.Watch, "/local/domain/0/open\0t\0");
        Events();
        _server.Write("/local/domain/0/open", "2", XenstorePermissions.OwnedBy(0));
        Assert.That(Events(), Has.Count.EqualTo(1));
        _server.Write("/local/domain/0/open", "3");
        Assert.That(Events(), Is.Empty);
    }

    [Test]
    public void A_node_that_was_never_there_is_not_removed_with_the_one_above()
    {
        Ask(XenstoreOperation.Write, "data/a/b\0x");
        Ask(XenstoreOperation.Watch, "data/a/b\0there\0");
        Ask(XenstoreOperation.Watch, "data/a/c\0never\0");
        Events();
        Ask(XenstoreOperation.Remove, "data/a\0");
        Assert.That(Events(), Is.EqualTo(new[] { "data/a/b" }));
    }

    [Test]
    public void A_transaction_remembers_so_much_and_no_more()
    {
        uint transaction = uint.Parse(Ask(XenstoreOperation.TransactionStart, "\0").TrimEnd('\0'));
        string last = "";
        for (int i = 0; i < 5000 && last != "ENOSPC\0"; i++)
            last = Ask(XenstoreOperation.Read, $"data/{i}\0", transaction);
        Assert.That(last, Is.EqualTo("ENOSPC\0"), "nodes looked at");
        Assert.That(Ask(XenstoreOperation.TransactionEnd, "T\0", transaction), Is.EqualTo("OK\0"));

        transaction = uint.Parse(Ask(XenstoreOperation.TransactionStart, "\0").TrimEnd('\0'));
        for (int i = 0; i < 10_000 && last != "ENOSPC\0" | i == 0; i++)
            last = Ask(XenstoreOperation.Write, $"data/same\0{i}", transaction);
        Assert.That(last, Is.EqualTo("ENOSPC\0"), "changes of one node");
        Assert.That(Ask(XenstoreOperation.TransactionEnd, "F\0", transaction), Is.EqualTo("OK\0"));
    }

    [Test]
    public void Events_that_nobody_reads_do_not_pile_up_for_ever()
    {
        for (int i = 0; i < 100; i++)
            Ask(XenstoreOperation.Watch, $"data\0token{i}\0");
        for (int i = 0; i < 200; i++)
            _server.Write($"{Home}/data", $"{i}");
        Assert.That(_output, Has.Count.LessThanOrEqualTo(8192));
        _output.Clear();
        _server.Write($"{Home}/data", "last");
        Assert.That(Events(), Has.Count.EqualTo(100));
    }

    private string Ask(XenstoreOperation operation, string payload, uint transaction = 0)
    {
        uint id = ++_request;
        _server.Handle(new XenstoreMessage(operation, id, transaction, Encoding.Latin1.GetBytes(payload)));
        return Encoding.Latin1.GetString(_output.Last(message => message.RequestId == id).Payload);
    }

    /// <summary>Paths of the events since the last look, in order.</summary>
    private List<string> Events()
    {
        List<string> paths = [.. _output.Where(message => message.Operation == XenstoreOperation.WatchEvent).Select(message => Encoding.Latin1.GetString(message.Payload).Split('\0')[0])];
        _output.Clear();
        return paths;
    }
}
