using System.Text;
using NUnit.Framework;
using Rebound.Engine.Xen.Store;

namespace Rebound.Engine.Tests.Store;

[TestFixture]
public class XenstoreServerTests
{
    private const ushort Guest = 7;

    private Queue<XenstoreMessage> _output = null!;
    private XenstoreServer _server = null!;
    private uint _request;

    [SetUp]
    public void SetUp()
    {
        _output = new Queue<XenstoreMessage>();
        _server = new XenstoreServer(Guest, _output);
        new XenstoreDomainNodes
        {
            Domain = Guest,
            Name = "test",
            Uuid = "00000000-0000-0000-0000-000000000001",
            MemoryKilobytes = 65536,
            Vcpus = 1,
            ConsoleFrame = 0x123,
            ConsolePort = 2,
            StoreFrame = 0x124,
            StorePort = 1,
        }.WriteTo(_server);
        _request = 0;
    }

    [Test]
    public void Values_are_read_without_NUL() => Assert.That(Ask(XenstoreOperation.Read, "memory/target\0"), Is.EqualTo("65536"));

    [Test]
    public void Relative_paths_start_at_the_domains_home() =>
        Assert.That(Ask(XenstoreOperation.Read, $"/local/domain/{Guest}/name\0"), Is.EqualTo(Ask(XenstoreOperation.Read, "name\0")));

    [Test]
    public void A_written_value_is_read_back_and_listed()
    {
        Assert.That(Ask(XenstoreOperation.Write, "data/a/b\0value"), Is.EqualTo("OK\0"));
        Assert.Multiple(() =>
        {
            Assert.That(Ask(XenstoreOperation.Read, "data/a/b\0"), Is.EqualTo("value"));
            Assert.That(Ask(XenstoreOperation.Directory, "data\0"), Is.EqualTo("a\0"));
            Assert.That(Ask(XenstoreOperation.Directory, "data/a/b\0"), Is.Empty);
        });
    }

    [Test]
    public void The_new_nodes_belong_to_the_writer()
    {
        Ask(XenstoreOperation.Write, "data/mine\0");
        Assert.That(Ask(XenstoreOperation.GetPermissions, "data/mine\0"), Is.EqualTo($"n{Guest}\0"));
    }

    [TestCase(XenstoreOperation.Read, "nowhere\0", "ENOENT\0")]
    [TestCase(XenstoreOperation.Read, "no nul", "EINVAL\0")]
    [TestCase(XenstoreOperation.Read, "trailing/\0", "EINVAL\0")]
    [TestCase(XenstoreOperation.Read, "double//slash\0", "EINVAL\0")]
    [TestCase(XenstoreOperation.Read, "bad!character\0", "EINVAL\0")]
    [TestCase(XenstoreOperation.Read, "\0", "EINVAL\0")]
    [TestCase(XenstoreOperation.Write, "name\0other", "EACCES\0")]
    [TestCase(XenstoreOperation.Write, "/local/domain/0/x\0y", "EACCES\0")]
    [TestCase(XenstoreOperation.Remove, "memory/target\0", "EACCES\0")]
    [TestCase(XenstoreOperation.Remove, "/\0", "EINVAL\0")]
    [TestCase(XenstoreOperation.Remove, "no/such/parent\0", "ENOENT\0")]
    [TestCase(XenstoreOperation.SetPermissions, "name\0r0\0", "EACCES\0")]
    [TestCase(XenstoreOperation.SetPermissions, "data\0x0\0", "EINVAL\0")]
    [TestCase(XenstoreOperation.SetPermissions, "data\0b0\0", "EPERM\0")]
    [TestCase(XenstoreOperation.Unwatch, "data\0token\0", "ENOENT\0")]
    [TestCase(XenstoreOperation.TransactionEnd, "T\0", "ENOENT\0")]
    [TestCase(XenstoreOperation.Introduce, "1\0", "EACCES\0")]
    [TestCase((XenstoreOperation)99, "\0", "ENOSYS\0")]
    public void Wrong_requests_get_their_error(XenstoreOperation operation, string payload, string error)
    {
        XenstoreMessage reply = Send(operation, payload);
        Assert.Multiple(() =>
        {
            Assert.That(reply.Operation, Is.EqualTo(XenstoreOperation.Error));
            Assert.That(Encoding.ASCII.GetString(reply.Payload), Is.EqualTo(error));
            Assert.That(reply.RequestId, Is.EqualTo(_request));
        });
    }

    [Test]
    public void Removing_a_node_that_is_not_there_is_fine_below_one_that_is() =>
        Assert.That(Ask(XenstoreOperation.Remove, "data/absent\0"), Is.EqualTo("OK\0"));

    [Test]
    public void Removal_takes_the_subtree()
    {
        Ask(XenstoreOperation.Write, "data/a/b/c\0x");
        Ask(XenstoreOperation.Remove, "data/a\0");
        Assert.Multiple(() =>
        {
            Assert.That(Send(XenstoreOperation.Read, "data/a/b/c\0").Operation, Is.EqualTo(XenstoreOperation.Error));
            Assert.That(Ask(XenstoreOperation.Directory, "data\0"), Is.Empty);
        });
    }

    [Test]
    public void A_watch_fires_at_once_and_for_changes_at_or_below()
    {
        Assert.That(Ask(XenstoreOperation.Watch, "data\0mark\0"), Is.EqualTo("OK\0"));
        Assert.That(Events(), Is.EqualTo((string[])["data|mark"]));
        Ask(XenstoreOperation.Write, "data/x/y\0z");
        Assert.That(Events(), Is.EqualTo((string[])["data/x/y|mark"]));
        Ask(XenstoreOperation.Write, "error/x\0z");
        Assert.That(Events(), Is.Empty);
        Ask(XenstoreOperation.Unwatch, "data\0mark\0");
        Ask(XenstoreOperation.Write, "data/x\0z");
        Assert.That(Events(), Is.Empty);
    }

    [Test]
    public void An_absolute_watch_reports_absolute_paths()
    {
        Ask(XenstoreOperation.Watch, $"{_server.Home}/data\0t\0");
        Events();
        Ask(XenstoreOperation.Write, "data/x\0");
        Assert.That(Events(), Is.EqualTo((string[])[$"{_server.Home}/data/x|t"]));
    }

    [Test]
    public void Removing_above_a_watch_fires_it()
    {
        Ask(XenstoreOperation.Write, "data/a/b\0");
        Ask(XenstoreOperation.Watch, "data/a/b\0t\0");
        Events();
        Ask(XenstoreOperation.Remove, "data/a\0");
        Assert.That(Events(), Is.EqualTo((string[])["data/a/b|t"]));
    }

    [Test]
    public void The_same_watch_twice_is_refused()
    {
        Ask(XenstoreOperation.Watch, "data\0t\0");
        Assert.Multiple(() =>
        {
            Assert.That(Ask(XenstoreOperation.Watch, "data\0t\0"), Is.EqualTo("EEXIST\0"));
            Assert.That(Ask(XenstoreOperation.Watch, "data\0other\0"), Is.EqualTo("OK\0"));
        });
    }

    [Test]
    public void The_tools_writes_fire_watches()
    {
        Ask(XenstoreOperation.Watch, "control/shutdown\0s\0");
        Events();
        _server.Write($"{_server.Home}/control/shutdown", "poweroff");
        Assert.Multiple(() =>
        {
            Assert.That(Events(), Is.EqualTo((string[])["control/shutdown|s"]));
            Assert.That(Ask(XenstoreOperation.Read, "control/shutdown\0"), Is.EqualTo("poweroff"));
        });
    }

    [Test]
    public void A_transaction_is_invisible_until_it_ends()
    {
        uint id = Begin();
        Assert.That(Ask(XenstoreOperation.Write, "data/t\0inside", id), Is.EqualTo("OK\0"));
        Assert.Multiple(() =>
        {
            Assert.That(Ask(XenstoreOperation.Read, "data/t\0", id), Is.EqualTo("inside"));
            Assert.That(Ask(XenstoreOperation.Read, "data/t\0"), Is.EqualTo("ENOENT\0"));
        });
        Assert.That(Ask(XenstoreOperation.TransactionEnd, "T\0", id), Is.EqualTo("OK\0"));
        Assert.That(Ask(XenstoreOperation.Read, "data/t\0"), Is.EqualTo("inside"));
    }

    [Test]
    public void An_abandoned_transaction_leaves_nothing()
    {
        uint id = Begin();
        Ask(XenstoreOperation.Write, "data/t\0inside", id);
        Assert.That(Ask(XenstoreOperation.TransactionEnd, "F\0", id), Is.EqualTo("OK\0"));
        Assert.That(Ask(XenstoreOperation.Read, "data/t\0"), Is.EqualTo("ENOENT\0"));
    }

    [Test]
    public void A_transaction_that_read_what_changed_must_be_repeated()
    {
        Ask(XenstoreOperation.Write, "data/n\01");
        uint id = Begin();
        Ask(XenstoreOperation.Read, "data/n\0", id);
        Ask(XenstoreOperation.Write, "data/n\02", id);
        Ask(XenstoreOperation.Write, "data/n\09");
        Assert.That(Ask(XenstoreOperation.TransactionEnd, "T\0", id), Is.EqualTo("EAGAIN\0"));
        Assert.That(Ask(XenstoreOperation.Read, "data/n\0"), Is.EqualTo("9"));
    }

    [Test]
    public void Changes_elsewhere_do_not_disturb_a_transaction()
    {
        uint id = Begin();
        Ask(XenstoreOperation.Write, "data/a\01", id);
        Ask(XenstoreOperation.Write, "error/b\02");
        Assert.That(Ask(XenstoreOperation.TransactionEnd, "T\0", id), Is.EqualTo("OK\0"));
        Assert.That(Ask(XenstoreOperation.Read, "error/b\0"), Is.EqualTo("2"));
    }

    [Test]
    public void Watches_fire_when_a_transaction_ends()
    {
        Ask(XenstoreOperation.Watch, "data\0t\0");
        Events();
        uint id = Begin();
        Ask(XenstoreOperation.Write, "data/a\01", id);
        Assert.That(Events(), Is.Empty);
        Ask(XenstoreOperation.TransactionEnd, "T\0", id);
        Assert.That(Events(), Is.EqualTo((string[])["data/a|t"]));
    }

    [Test]
    public void A_long_directory_comes_in_parts()
    {
        var expected = new List<string>();
        for (int i = 0; i < 600; i++)
        {
            expected.Add($"node-{i:000}");
            Ask(XenstoreOperation.Write, $"data/node-{i:000}\0");
        }

        Assert.That(Ask(XenstoreOperation.Directory, "data\0"), Is.EqualTo("E2BIG\0"));
        var names = new StringBuilder();
        while (true)
        {
            string part = Ask(XenstoreOperation.DirectoryPart, $"data\0{names.Length}\0");
            string list = part[(part.IndexOf('\0', StringComparison.Ordinal) + 1)..];
            bool last = list.EndsWith("\0\0", StringComparison.Ordinal);
            names.Append(last ? list[..^1] : list);
            if (last)
                break;
        }

        Assert.That(names.ToString().Split('\0', StringSplitOptions.RemoveEmptyEntries), Is.EqualTo(expected));
    }

    [Test]
    public void The_domain_path_and_introduction_are_answered() => Assert.Multiple(() =>
    {
        Assert.That(Ask(XenstoreOperation.GetDomainPath, "3\0"), Is.EqualTo("/local/domain/3\0"));
        Assert.That(Ask(XenstoreOperation.IsDomainIntroduced, $"{Guest}\0"), Is.EqualTo("T\0"));
        Assert.That(Ask(XenstoreOperation.IsDomainIntroduced, "99\0"), Is.EqualTo("F\0"));
    });

    [Test]
    public void Resetting_watches_ends_them()
    {
        Ask(XenstoreOperation.Watch, "data\0t\0");
        Events();
        Assert.That(Ask(XenstoreOperation.ResetWatches, "\0"), Is.EqualTo("OK\0"));
        Ask(XenstoreOperation.Write, "data/a\0");
        Assert.That(Events(), Is.Empty);
    }

    private uint Begin() => uint.Parse(Ask(XenstoreOperation.TransactionStart, "\0").TrimEnd('\0'), System.Globalization.CultureInfo.InvariantCulture);

    private string Ask(XenstoreOperation operation, string payload, uint transaction = 0) =>
        Encoding.Latin1.GetString(Send(operation, payload, transaction).Payload);

    /// <summary>Sends a request and returns its reply; events stay queued.</summary>
    private XenstoreMessage Send(XenstoreOperation operation, string payload, uint transaction = 0)
    {
        _server.Handle(new XenstoreMessage(operation, ++_request, transaction, Encoding.Latin1.GetBytes(payload)));
        List<XenstoreMessage> all = [.. _output];
        XenstoreMessage reply = all.Single(message => message.RequestId == _request && message.Operation != XenstoreOperation.WatchEvent);
        _output.Clear();
        foreach (XenstoreMessage message in all.Where(message => message != reply))
            _output.Enqueue(message);
        return reply;
    }

    private List<string> Events()
    {
        List<string> events = [.. _output.Select(message => Encoding.ASCII.GetString(message.Payload).TrimEnd('\0').Replace('\0', '|'))];
        _output.Clear();
        return events;
    }
}
